/** What is wrong with a record while it is filled: which field or cell each fault means, and how it is called. Pure. */

import { say, type Fault, type Problem } from "./api";
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
    for (const each of placesOf(form, draft, fault, base)) if (!found.has(each)) found.set(each, fault.message);
  }
  return found;
}

/** Where a fault is marked: its field or cell, what is empty in its column, its table as a whole; nowhere when it means the record. */
function placesOf(form: Form, draft: Draft, fault: Fault, base: string): string[] {
  const at = placeOf(form, draft, fault, base);
  const cells = at ? [at] : emptyOf(form, draft, fault, base);
  const whole = cells.length ? null : tableOf(form, fault, base);
  return whole ? [whole] : cells;
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

/** What is said over the form: a sentence, and what is wrong by row and field, each with where it is marked; `lost`: until the server answers again. */
export interface Word { text: string; more: readonly Line[]; counted?: boolean; lost?: boolean }
/** `at`: which row and field it means, where the sentence is that of the whole and need not be said again. */
interface Line { text: string; at: string; again: boolean; places: readonly string[] }

/**
 * A refusal, as it is said over the form. It is counted while something of it is marked, and gone with the last mark; not
 * if something of it is marked nowhere, or is asked only when the thing is done (a guard): nobody can tell when that is mended.
 */
export function complaint(form: Form, draft: Draft, problem: Problem, base: string, acting: boolean): Word {
  const lines = problem.errors.map((each) => {
    const at = called(form, draft, each, base);
    return { text: `${at}${at && say(": ", "：")}${each.message}`, at, again: each.message === problem.detail, places: placesOf(form, draft, each, base) };
  });
  const seen = problem.status === 422 || (acting && problem.errors.every((each) => each.code !== "guard"));
  return { text: problem.detail, more: lines, lost: problem.status === 0, counted: seen && lines.length > 0 && lines.every((each) => each.places.length > 0) };
}

/** What of a word still holds with these marks: the sentence, and the lines under it; null when all of it is mended. */
export function standing(word: Word, marked: Faults): { text: string; more: string[] } | null {
  if (word.counted && !marked.size) return null;
  const left = word.more.filter((each) => !word.counted || each.places.some((place) => marked.has(place)));
  const only = left.length === 1 && left[0]!.again && left[0]!.at ? left[0]! : null;
  const lines = only ? [] : [...new Set(left.map((each) => (each.again ? each.at : each.text)))].filter(Boolean);
  const over = lines.length - MOST_LISTED;
  const more = over > 0 ? [...lines.slice(0, MOST_LISTED), say(`… and ${over} more`, `……另有 ${over} 处`)] : lines;
  return { text: (word.more.length && marked.size ? say(`${marked.size} to correct. `, `有 ${marked.size} 处需要修改。`) : "") + (only?.text ?? word.text), more };
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
  return words.filter(Boolean).join(" · ");
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
