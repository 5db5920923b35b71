/**
 * Expressions in the browser: the third back end, beside Python and SQL, for what a form shows while somebody types.
 *
 * Trees come from `engine/expressions/browser.py`. Nothing here is compiled from text: a closure exists per kind of node.
 * The server's word is the last one: what throws a `Fault` here, or has no tree, is left to it.
 */

import { isDeed, partsOf, type Build, type Names, type Node, type Run, type Tree } from "./building";
import { Fault } from "./faults";
import { OPERATORS } from "./running";
import type { Row, Value } from "./values";
import { WORDS } from "./words";

export type { Names, Node, Tree } from "./building";
export { Day, Moment } from "./days";
export { Exact, type Rounding } from "./exact";
export { Fault } from "./faults";
export { format, read, Reference, same, type Row, type Value } from "./values";

/** Steps of one evaluation, as in `environment.py`. */
export const FUEL = 2_000_000;

/** `zone`: on which day a moment falls (`date(now)`); without it, that is a fault. */
export interface Limits { zone?: string; fuel?: number }

const ready = new WeakMap<Tree, ReturnType<Build>>();
const steps = new Map(Object.entries({ ...OPERATORS, ...WORDS }));

const build: Build = (node, rows) => {
  if (!isDeed(node)) return { of: () => node, path: null, size: 1 };
  const step = steps.get(node[0]);
  if (!step) throw new Fault("evaluation", node[0]);
  return { ...step(node[1], partsOf(node), build, rows), size: sizeOf(node) };
};

function sizeOf(node: Node): number {
  return isDeed(node) ? partsOf(node).reduce((size, part) => size + sizeOf(part), 1) : 1;
}

/**
 * The value; throws a `Fault` for whatever goes wrong, with the code that the server's refusal has.
 *
 * `names` tells what a path of `namesOf` is here and now (undefined: not known); `row` is the row it stands in, if any.
 */
export function evaluate(tree: Tree, names: Names, row?: Row | null, limits: Limits = {}): Value {
  try {
    let made = ready.get(tree);
    if (!made) ready.set(tree, (made = build(tree.node, null)));
    const run: Run = { names, row: row ?? null, zone: limits.zone ?? null, fuel: limits.fuel ?? FUEL };
    return made.of(run);
  } catch (error) {
    throw error instanceof Fault ? error : new Fault("evaluation", String(error));
  }
}

/** Whether the value is true; empty and faults are no. */
export function holds(tree: Tree, names: Names, row?: Row | null, limits: Limits = {}): boolean {
  try {
    return evaluate(tree, names, row, limits) === true;
  } catch (error) {
    if (error instanceof Fault) return false;
    throw error;
  }
}

/** The fields that it depends on: when one of them changes, it is to be worked out again. */
export function namesOf(tree: Tree): string[][] {
  return tree.names.map((path) => [...path]);
}
