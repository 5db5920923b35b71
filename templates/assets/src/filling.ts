/** A record while it is filled: what was read, what was typed over it, and what of that is to be sent. Pure. */

import type { Field, Filled, Form, Record_, Row } from "./definitions";
import { newId } from "./api";
import { sendable } from "./definitions";

export interface Draft {
  id: string;
  /** As it was read; of a new record what the server begins with. */
  base: Record<string, any>;
  values: Record<string, any>;
  /** `carrier`, `lines#<row>.item`: what was typed here. */
  touched: ReadonlySet<string>;
  added: ReadonlySet<string>;
  removed: Readonly<Record<string, readonly string[]>>;
  /** Of a row that was divided from another: from which. */
  divided: Readonly<Record<string, string>>;
}

export interface Kept { revision: number; draft: Omit<Draft, "touched" | "added"> & { touched: string[]; added: string[] } }

/** What is kept on the device while somebody types: what he typed and what stood there before, nothing else that he was told. */
export function keep(form: Form, draft: Draft, revision: number): Kept {
  return { revision, draft: { ...draft, base: typed(form, draft, draft.base), values: typed(form, draft, draft.values), touched: [...draft.touched], added: [...draft.added] } };
}

function typed(form: Form, draft: Draft, values: Record<string, any>): Record<string, any> {
  const kept: Record<string, any> = {};
  for (const [name, field] of Object.entries(form.fields)) {
    if (field.type !== "table") {
      if (draft.touched.has(name)) kept[name] = values[name] ?? null;
      continue;
    }
    const columns = Object.keys(field.fields ?? {});
    kept[name] = (values[name] ?? [])
      .map((row: Row) => ({ row: row.row, ...Object.fromEntries(columns.filter((each) => draft.touched.has(`${name}#${row.row}.${each}`)).map((each) => [each, row[each] ?? null])) }))
      .filter((row: Row) => draft.added.has(row.row) || Object.keys(row).length > 1);
  }
  return kept;
}

export const tablesOf = (form: Form): [string, Field][] => Object.entries(form.fields).filter(([, each]) => each.type === "table");

export function begin(record: Record_ | null, filled: Filled): Draft {
  return { id: record?.id ?? newId(), base: filled.values, values: filled.values, touched: new Set(), added: new Set(), removed: {}, divided: {} };
}

export const isTouched = (draft: Draft): boolean => draft.touched.size > 0 || draft.added.size > 0 || Object.values(draft.removed).some((each) => each.length > 0);

const and = (set: ReadonlySet<string>, ...more: string[]): ReadonlySet<string> => new Set([...set, ...more]);

export function write(draft: Draft, name: string, value: any): Draft {
  return { ...draft, values: { ...draft.values, [name]: value }, touched: and(draft.touched, name) };
}

/** Writes cells of rows; a row that is not there yet is added. */
export function writeRows(draft: Draft, table: string, cells: readonly { row: string; column: string; value: any }[]): Draft {
  const rows: Row[] = [...(draft.values[table] ?? [])];
  const where = new Map(rows.map((each, index) => [each.row, index]));
  const added = new Set(draft.added);
  const touched = new Set(draft.touched);
  for (const { row, column, value } of cells) {
    let at = where.get(row);
    if (at === undefined) {
      at = rows.push({ row }) - 1;
      where.set(row, at);
      added.add(row);
    }
    rows[at] = { ...rows[at]!, [column]: value };
    touched.add(`${table}#${row}.${column}`);
  }
  return { ...draft, values: { ...draft.values, [table]: rows }, touched, added };
}

/** A row beside another that takes a part of what that one holds: how much is still to be said. */
export function divideRow(draft: Draft, table: string, origin: string, counts: ReadonlySet<string>): Draft {
  const rows: Row[] = [...(draft.values[table] ?? [])];
  const at = rows.findIndex((each) => each.row === origin);
  const row = newId();
  const made = Object.fromEntries(Object.entries(rows[at] ?? {}).map(([name, value]) => [name, counts.has(name) ? null : value]));
  rows.splice(at + 1, 0, { ...made, row });
  return { ...draft, values: { ...draft.values, [table]: rows }, added: and(draft.added, row), divided: { ...draft.divided, [row]: origin } };
}

export function removeRow(draft: Draft, table: string, row: string): Draft {
  const rows = (draft.values[table] ?? []).filter((each: Row) => each.row !== row);
  const touched = new Set([...draft.touched].filter((each) => !each.startsWith(`${table}#${row}.`)));
  const added = new Set(draft.added);
  const gone = added.delete(row) ? (draft.removed[table] ?? []) : [...(draft.removed[table] ?? []), row];
  return { ...draft, values: { ...draft.values, [table]: rows }, touched, added, removed: { ...draft.removed, [table]: gone } };
}

/** What is to be sent: what was typed, row by row. */
export function patchOf(form: Form, draft: Draft): Record<string, any> {
  const sent: Record<string, any> = {};
  for (const [name, field] of Object.entries(form.fields)) {
    if (field.type !== "table") {
      if (draft.touched.has(name)) sent[name] = sendable(draft.values[name]);
      continue;
    }
    const rows = (draft.values[name] ?? []).map((row: Row) => changed(field, name, row, draft)).filter(Boolean);
    const gone = (draft.removed[name] ?? []).map((row) => ({ row, remove: true }));
    if (rows.length + gone.length) sent[name] = [...rows, ...gone];
  }
  return sent;
}

function changed(field: Field, table: string, row: Row, draft: Draft): Record<string, any> | null {
  const columns = Object.keys(field.fields ?? {}).filter((each) => draft.touched.has(`${table}#${row.row}.${each}`));
  const origin = draft.added.has(row.row) ? draft.divided[row.row] : undefined;
  if (!columns.length && !origin) return null;
  return { row: row.row, ...(origin ? { split_of: origin } : {}), ...Object.fromEntries(columns.map((each) => [each, sendable(row[each])])) };
}

/** Takes over what the server worked out; what was typed here stays, named as the server names it. */
export function settle(form: Form, draft: Draft, filled: Filled, base = false): Draft {
  const values: Record<string, any> = { ...filled.values };
  for (const [name, field] of Object.entries(form.fields)) {
    if (field.type === "table") values[name] = settledRows(field, name, draft, filled.values[name] ?? []);
    else if (draft.touched.has(name)) values[name] = kept(draft.values[name], filled.values[name]);
  }
  return { ...draft, values, base: base ? filled.values : draft.base };
}

/** Rows in the server's order, then those that it has not seen yet; what was typed here stays in them. */
function settledRows(field: Field, table: string, draft: Draft, told: Row[]): Row[] {
  const gone = new Set(draft.removed[table] ?? []);
  const mine = new Map<string, Row>((draft.values[table] ?? []).map((each: Row) => [each.row, each]));
  const known = new Set(told.map((each) => each.row));
  const rows = told.filter((each) => !gone.has(each.row) && (mine.has(each.row) || !draft.added.has(each.row))).map((theirs) => {
    const row = mine.get(theirs.row);
    if (!row) return theirs;
    const next: Row = { ...theirs };
    for (const column of Object.keys(field.fields ?? {})) {
      if (draft.touched.has(`${table}#${row.row}.${column}`)) next[column] = kept(row[column], theirs[column]);
    }
    return same(next, row) ? row : next;
  });
  return [...rows, ...[...mine.values()].filter((each) => draft.added.has(each.row) && !known.has(each.row))];
}

/** A reference that was typed by its code is shown as the server found it. */
function kept(mine: any, theirs: any): any {
  return mine && typeof mine === "object" && !Array.isArray(mine) && !mine.id && theirs?.id && theirs.code === mine.code ? theirs : mine;
}

export function same(one: any, two: any): boolean {
  return one === two || JSON.stringify(one ?? null) === JSON.stringify(two ?? null);
}

/** Cells of a sheet: tabs and lines, quotes as spreadsheets write them. */
export function cellsOf(text: string): string[][] {
  const rows: string[][] = [[]];
  let cell = "";
  let quoted = false;
  const plain = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  for (let at = 0; at < plain.length; at += 1) {
    const sign = plain[at]!;
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (plain[at + 1] === '"') { cell += '"'; at += 1; } else quoted = false;
    } else if (sign === '"' && cell === "") quoted = true;
    else if (sign === "\t" || sign === "\n") {
      rows[rows.length - 1]!.push(cell);
      cell = "";
      if (sign === "\n") rows.push([]);
    } else cell += sign;
  }
  rows[rows.length - 1]!.push(cell);
  return rows;
}
