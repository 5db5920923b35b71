/** What all kinds of nodes share: the tree as the server gives it, what a run sees, its fuel, and the steps that build it. */

import { Exact } from "./exact";
import { Fault } from "./faults";
import type { Reference, Row, Value } from "./values";

/** `null | true | false | text | [op, value, part, ...]`, as `engine/expressions/browser.py` writes it. */
export type Node = null | boolean | string | Deed;
export interface Deed extends ReadonlyArray<unknown> { readonly 0: string; readonly 1: unknown }

export const partsOf = (node: Deed): Node[] => node.slice(2) as Node[];
export const isDeed = (node: Node): node is Deed => Array.isArray(node);

/** A whole expression; `names` are the fields it depends on. */
export interface Tree { readonly names: readonly (readonly string[])[]; readonly node: Node }

/** Tells the value of a name or field: `["record", "total"]`, `["today"]`. Beyond a reference, `of` says which record. */
export type Names = (path: readonly string[], of?: Reference) => Value | undefined;

export const OUTSIDE_COST = 20;
export const LONGEST_TEXT = 10_000;

/** What one evaluation sees. */
export interface Run { readonly names: Names; readonly zone: string | null; row: Row | null; fuel: number }

/** A node made ready: how it is worked out, where it leads if it is a field, and how many nodes it is. */
export interface Part { readonly of: (run: Run) => Value; readonly path: readonly string[] | null; readonly size: number }

/** Makes the parts of a node ready; `rows` is the table whose rows a body walks. */
export type Build = (node: Node, rows: readonly string[] | null) => Part;
export type Step = (value: unknown, parts: readonly Node[], build: Build, rows: readonly string[] | null) => Omit<Part, "size">;

export function burn(run: Run, cost: number): void {
  run.fuel -= cost;
  if (run.fuel < 0) throw new Fault("fuel", "too much work");
}

export function ask(run: Run, path: readonly string[], of?: Reference): Value {
  const found = run.names(path, of);
  if (found === undefined) throw new Fault("missing", path.join("."));
  return found;
}

export function number(value: Value): Exact {
  if (value instanceof Exact) return value;
  throw new Fault("value", "no number");
}

export function text(value: Value): string {
  if (typeof value === "string") return value;
  throw new Fault("value", "no text");
}

export function truth(value: Value): boolean | null {
  if (value === null || typeof value === "boolean") return value;
  throw new Fault("value", "neither yes nor no");
}

/** The step of a table that a tree names; what every object has is none of them. */
export function known<T>(table: Readonly<Record<string, T>>, name: string): T {
  const found = Object.hasOwn(table, name) ? table[name] : undefined;
  if (found === undefined) throw new Fault("evaluation", name);
  return found;
}
