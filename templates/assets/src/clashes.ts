/** Where somebody else and I wrote the same into a record: of what, by whom, and his word taken instead of mine. Pure. */

import type { Field, Form, Named, Row } from "./definitions";
import { same, type Draft } from "./filling";
import { titled } from "./shown";

export interface Clash { at: string; title: string; field: Field; mine: any; theirs: any; who: string }
/** A line of what has happened with a record. */
export interface Past { at: string; person: Named | null; changes: { path: string }[] }

/** Fields that I typed and that somebody else has changed since I read them; by whom, as the newest of these lines says. */
export function clashes(form: Form, draft: Draft, theirs: Record<string, any>, past: readonly Past[]): Clash[] {
  const found: Clash[] = [];
  for (const at of draft.touched) {
    const [table, rest] = at.split("#");
    const [row, column] = rest?.split(".") ?? [];
    const field = column ? form.fields[table!]?.fields?.[column] : form.fields[table!];
    const rowOf = (values: Record<string, any>): Row | undefined => values[table!]?.find((each: Row) => each.row === row);
    const of = (values: Record<string, any>) => (column ? rowOf(values)?.[column] : values[table!]);
    if (!field || same(of(draft.base), of(theirs)) || same(of(theirs), of(draft.values))) continue;
    const title = column ? [form.fields[table!]?.title, about(form.fields[table!]!, rowOf(theirs) ?? rowOf(draft.values)), field.title].filter(Boolean).join(" · ") : field.title;
    const path = column ? `/${table}/${row}/${column}` : `/${table}`;
    const line = past.find((each) => each.changes.some((change) => change.path === path));
    found.push({ at, title, field, mine: of(draft.values), theirs: of(theirs), who: line?.person?.title ?? line?.person?.code ?? "" });
  }
  return found;
}

/** What a row is about: the first record that it names. */
function about(table: Field, row: Row | undefined): string {
  const named = Object.keys(table.fields ?? {}).map((each) => row?.[each]).find((each) => each && typeof each === "object" && "id" in each);
  return named ? titled(named as Named) : "";
}

/** Their word instead of mine. */
export function yieldTo(draft: Draft, clash: Clash): Draft {
  const touched = new Set(draft.touched);
  touched.delete(clash.at);
  const [table, rest] = clash.at.split("#");
  const [row, column] = rest?.split(".") ?? [];
  if (!column) return { ...draft, values: { ...draft.values, [table!]: clash.theirs }, touched };
  const rows = (draft.values[table!] ?? []).map((each: Row) => (each.row === row ? { ...each, [column]: clash.theirs } : each));
  return { ...draft, values: { ...draft.values, [table!]: rows }, touched };
}
