/** What is wrong with a record while it is filled: which field or cell each fault means, and how it is called. Pure. */

import { say, type Fault } from "./api";
import type { Filled, Form, Row } from "./definitions";
import { patchOf, type Draft } from "./filling";

/** Messages by place: `carrier`, `lines` as a whole, `lines#<row>.item`. */
export type Faults = ReadonlyMap<string, string>;

const MOST_LISTED = 8;

/** Which field or cell a fault means; nothing when it means the whole. */
export function placeOf(form: Form, draft: Draft, fault: Fault, base: string): string | null {
  const path = base && fault.path.startsWith(base) ? fault.path.slice(base.length) : fault.path;
  const [, name, index, column] = path.split("/");
  const field = form.fields[name ?? ""];
  if (!field) return null;
  if (field.type !== "table") return name!;
  const sent: Row[] = (patchOf(form, draft)[name!] ?? []) as Row[];
  const row = fault.row ?? sent[Number(index)]?.row;
  return row && column ? `${name}#${row}.${column}` : null;
}

export function faultsOf(form: Form, draft: Draft, errors: readonly Fault[], base: string): Faults {
  const found = new Map<string, string>();
  for (const fault of errors) {
    const at = placeOf(form, draft, fault, base);
    const cells = at ? [at] : emptyOf(form, draft, fault, base);
    const whole = cells.length ? null : tableOf(form, fault, base);
    for (const each of whole ? [whole] : cells) found.set(each, fault.message);
  }
  return found;
}

/** The table that a fault means as a whole: that it has too few rows, or too many. */
function tableOf(form: Form, fault: Fault, base: string): string | null {
  const path = base && fault.path.startsWith(base) ? fault.path.slice(base.length) : fault.path;
  const [, name = "", more] = path.split("/");
  return !more && form.fields[name]?.type === "table" ? name : null;
}

/** A rule that speaks of a whole column: what is empty in it. */
function emptyOf(form: Form, draft: Draft, fault: Fault, base: string): string[] {
  const path = base && fault.path.startsWith(base) ? fault.path.slice(base.length) : fault.path;
  const [, name = "", column = "", more] = path.split("/");
  if (more || !form.fields[name]?.fields?.[column]) return [];
  return ((draft.values[name] ?? []) as Row[]).filter((each) => isBlank(each[column])).map((each) => `${name}#${each.row}.${column}`);
}

/** The faults as a list over the form: each by its row and its field. */
export function listed(form: Form, draft: Draft, errors: readonly Fault[], base: string): string[] {
  const lines = [...new Set(errors.map((each) => `${called(form, draft, each, base)}${each.message}`))];
  const more = lines.length - MOST_LISTED;
  return more > 0 ? [...lines.slice(0, MOST_LISTED), say(`… and ${more} more`, `……另有 ${more} 处`)] : lines;
}

function called(form: Form, draft: Draft, fault: Fault, base: string): string {
  const path = base && fault.path.startsWith(base) ? fault.path.slice(base.length) : fault.path;
  const [, name = "", index, column] = path.split("/");
  const field = form.fields[name];
  if (!field) return "";
  const sent = (patchOf(form, draft)[name] ?? []) as Row[];
  const row = fault.row ?? (index === undefined ? undefined : sent[Number(index)]?.row);
  const at = field.type === "table" && row ? (draft.values[name] ?? []).findIndex((each: Row) => each.row === row) : -1;
  const words = [at < 0 ? (field.type === "table" && index !== undefined ? "" : field.title) : say(`Row ${at + 1}`, `第 ${at + 1} 行`), field.fields?.[column ?? index ?? ""]?.title ?? ""];
  const told = words.filter(Boolean).join(" · ");
  return told ? `${told}${say(": ", "：")}` : "";
}

/** What is needed and empty: told with the rest, although the server tells what it cannot read first. */
export function lacking(form: Form, filled: Filled, values: Record<string, any>, unseen: ReadonlySet<string>, needed: ReadonlySet<string>): Faults {
  const said = say("This is needed.", "此项必填。");
  const found = new Map<string, string>();
  for (const [name, field] of Object.entries(form.fields)) {
    if (field.type !== "table") {
      if (needed.has(name) && filled.writable.includes(name) && isBlank(values[name])) found.set(name, said);
      continue;
    }
    for (const column of Object.keys(field.fields ?? {})) {
      const place = `${name}.${column}`;
      if (!filled.writable.includes(place)) continue;
      for (const row of (values[name] ?? []) as Row[]) {
        if ((needed.has(place) || needed.has(`${place}#${row.row}`)) && !unseen.has(`${place}#${row.row}`) && isBlank(row[column])) found.set(`${name}#${row.row}.${column}`, said);
      }
    }
  }
  return found;
}

const isBlank = (value: any): boolean => value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
