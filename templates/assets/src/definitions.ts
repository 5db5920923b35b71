/** A form as `GET /api/forms/{form}` tells it, a record, and what `fill` says of it. */

import type { Live } from "./live";

export interface Option { value: string; title: string }
/** `widget`: how it is typed and shown; `holds`: what expressions see of it; `digits` stand under digits. */
export interface Field {
  type: string; widget: string; holds: string; digits?: boolean; title: string; required?: boolean;
  worked_out?: boolean; help?: string; options?: Option[]; names?: Record<string, string>; to?: string; coded?: boolean; among?: string[]; narrowed?: boolean; makes?: Makes; of?: string; fields?: Record<string, Field>
}
/** A record that is not there yet: its form, and the fields in which stands what it is called. */
export interface Makes { form: string; title: string; into?: { code?: string; words?: string } }
export interface Form { form: string; title: string; kind: string; currency?: string | null; later: string[]; fields: Record<string, Field>; states: { name: string; title: string; end: boolean }[]; actions: (Action & { from: string[] })[] }
export interface Named { id: string; code?: string | null; title?: string | null }
export type Value = string | number | boolean | null | Named | Value[] | { [name: string]: Value };
export interface Row { row: string; [name: string]: Value }
export interface Record_ { id: string; form: string; number: string | null; state: string; revision: number; updated?: string; values: Record<string, any> }
export interface Filled { live?: Live; values: Record<string, any>; writable: string[]; rows: Record<string, string>; scan: string | null; unseen: string[]; needed: string[]; units: Record<string, string>; errors: Said[]; warnings: Said[] }
/** What an amount is of: the currency, the unit of its item beside it; undefined where it is of nothing, "" while nobody knows. */
export function unitOf(form: Form, field: Field, beside: Record<string, any>, units: Record<string, string>): string | undefined {
  if (field.widget === "money") return form.currency ?? "";
  return field.of ? units[beside[field.of]?.id] ?? "" : undefined;
}
interface Said { path: string; code: string; message: string; row: string | null }
export interface Action { name: string; title: string; asks: Record<string, Field>; because?: string; gives_up?: boolean; fills?: boolean }

/** What is sent for a value as it was read: a reference by its id. */
export function sendable(value: any): any {
  if (value && typeof value === "object" && !Array.isArray(value) && "id" in value) return value.id;
  if (Array.isArray(value)) return value.map(sendable);
  return value;
}
