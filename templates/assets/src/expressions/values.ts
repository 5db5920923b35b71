/** The values of the language, and what all of them can: be the same, be ordered, be read from JSON, be written. */

import { Day, Moment } from "./days";
import { Exact } from "./exact";
import { Fault } from "./faults";

/** A record of another form, or a place (its key as `id`). Its fields are asked of whoever knows names. */
export class Reference {
  readonly form: string;
  readonly id: string;

  constructor(form: string, id: string) {
    this.form = form;
    this.id = id;
  }
}

/** A row of a table: its fields, and `row`, its id. */
export interface Row { readonly row: string; readonly [field: string]: Value }

/** Empty is null. A list may be a table: a list of rows. */
export type Value = null | boolean | string | Exact | Day | Moment | Reference | Row | readonly Value[];

export const isList = (value: Value): value is readonly Value[] => Array.isArray(value);

export function isRow(value: Value): value is Row {
  return value !== null && typeof value === "object" && Object.hasOwn(value, "row");
}

/** No value, no text, no row. */
export const isEmpty = (value: Value): boolean => value === null || value === "" || (isList(value) && value.length === 0);

/** What values are told apart by, among values of one type. */
export function key(value: Value): string | bigint | number | boolean {
  if (value instanceof Exact) return value.format();
  if (value instanceof Day) return value.number;
  if (value instanceof Moment) return value.micros;
  if (value instanceof Reference) return value.id;
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (isRow(value)) return value.row;
  throw new Fault("value", "this cannot be compared");
}

/** Whether two values that are there are the same; of two types it is nobody's answer. */
export function same(one: Value, two: Value): boolean {
  if (kindOf(one) !== kindOf(two)) throw new Fault("value", "values of two types");
  return key(one) === key(two);
}

/** Below zero, zero or above; texts by code points. */
export function order(one: Value, two: Value): number {
  if (one instanceof Exact && two instanceof Exact) return one.compare(two);
  if (typeof one === "string" && typeof two === "string") return byCodePoint(one, two);
  if (one instanceof Day && two instanceof Day) return one.number - two.number;
  if (one instanceof Moment && two instanceof Moment) return one.micros < two.micros ? -1 : one.micros > two.micros ? 1 : 0;
  throw new Fault("value", "these have no order");
}

function byCodePoint(one: string, two: string): number {
  const length = Math.min(one.length, two.length);
  let at = 0;
  while (at < length && one.charCodeAt(at) === two.charCodeAt(at)) at += 1;
  if (at === length) return one.length - two.length;
  const high = (text: string): boolean => text.charCodeAt(at) >= 0xd800 && text.charCodeAt(at) <= 0xdfff;
  if (high(one) !== high(two)) return high(one) ? 1 : -1;
  return one.charCodeAt(at) - two.charCodeAt(at);
}

function kindOf(value: Value): string {
  if (value instanceof Exact) return "number";
  if (value instanceof Day) return "date";
  if (value instanceof Moment) return "moment";
  if (value instanceof Reference || isRow(value)) return "record";
  return typeof value;
}

/** The value as the API writes it: numbers, days and moments as text, a record by its id, a list as its parts. */
export function format(value: Value): null | boolean | string | unknown[] {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (value instanceof Exact || value instanceof Day || value instanceof Moment) return value.format();
  if (value instanceof Reference) return value.id;
  return isList(value) ? value.map(format) : value.row;
}

const NUMBERS = new Set(["integer", "decimal", "money", "quantity"]);

/** A value as the API tells it (`"12.50"`, `{id, code}`), by its type's kind; a table's rows by the kinds of its fields. */
export function read(raw: unknown, kind: string, form = ""): Value {
  if (raw === null || raw === undefined) return null;
  if (Array.isArray(raw)) return raw.map((each) => read(each, kind, form));
  if (NUMBERS.has(kind)) return typeof raw === "string" ? Exact.parse(raw) : Exact.of(raw as number);
  if (kind === "boolean" && typeof raw === "boolean") return raw;
  if (typeof raw === "object" && typeof (raw as { id?: unknown }).id === "string") return new Reference(form, (raw as { id: string }).id);
  if (typeof raw !== "string" || /\p{Surrogate}/u.test(raw)) throw new Fault("value", `no ${kind}`);
  if (kind === "date") return Day.parse(raw);
  if (kind === "moment") return Moment.parse(raw);
  return kind === "reference" || kind === "place" ? new Reference(form, raw) : raw;
}
