/** Names, operators, comparisons and conditions, with empty as a third answer. The same steps as `running*.py`. */

import { ask, burn, isDeed, known, LONGEST_TEXT, number, OUTSIDE_COST, text, truth, type Node, type Part, type Run, type Step } from "./building";
import { Day } from "./days";
import { Exact } from "./exact";
import { Fault } from "./faults";
import { isList, isRow, key, order, Reference, same, type Value } from "./values";

const AT_HAND = new Set(["record", "it"]);

const constant = (made: (written: string) => Value): Step => (value) => {
  const fixed = made(value as string);
  return { of: () => fixed, path: null };
};

const name: Step = (value, _parts, _build, rows) => {
  const word = value as string;
  if (word !== "row") return { of: (run) => ask(run, [word]), path: [word] };
  return { of: (run) => run.row ?? ask(run, ["row"]), path: rows ?? ["row"] };
};

const attribute: Step = (value, parts, build, rows) => {
  const word = value as string;
  const [below] = parts as [Node];
  const base = build(below, rows);
  const path = [...(base.path ?? []), word];
  if (isDeed(below) && below[0] === "name" && AT_HAND.has(below[1] as string)) return { of: (run) => ask(run, path), path };
  return { of: (run) => fieldOf(run, base.of(run), word, path), path };
};

function fieldOf(run: Run, of: Value, word: string, path: readonly string[]): Value {
  if (of === null) return null;
  if (isRow(of)) return cell(of, word);
  if (!(of instanceof Reference)) throw new Fault("value", "has no fields");
  burn(run, OUTSIDE_COST);
  return ask(run, path, of);
}

function cell(row: Value, word: string): Value {
  if (!isRow(row)) throw new Fault("value", "no row");
  return Object.hasOwn(row, word) ? row[word] ?? null : null;
}

const column: Step = (value, parts, build, rows) => {
  const word = value as string;
  const table = build(parts[0]!, rows);
  return {
    of: (run) => {
      const found = listed(table.of(run)) ?? [];
      burn(run, found.length);
      return found.map((row) => cell(row, word));
    },
    path: table.path && [...table.path, word],
  };
};

export function listed(value: Value): readonly Value[] | null {
  if (value === null || isList(value)) return value;
  throw new Fault("value", "no list");
}

/** A step that works its parts out by itself. */
const lazy = (work: (run: Run, parts: readonly Part[], value: unknown) => Value): Step => (value, nodes, build, rows) => {
  const parts = nodes.map((each) => build(each, rows));
  return { of: (run) => work(run, parts, value), path: null };
};

/** A step of two values that are there; of empty it is empty. */
const both = (work: (one: Value, two: Value, value: unknown) => Value): Step => lazy((run, [left, right], value) => {
  const one = left!.of(run);
  const two = right!.of(run);
  return one === null || two === null ? null : work(one, two, value);
});

/** `and` ends at the first no, `or` at the first yes; else an empty part leaves it open. */
const junction = (ends: boolean): Step => lazy((run, parts) => {
  let sure = true;
  for (const part of parts) {
    const value = truth(part.of(run));
    if (value === ends) return ends;
    if (value === null) sure = false;
  }
  return sure ? !ends : null;
});

const negation = lazy((run, [inner]) => {
  const value = truth(inner!.of(run));
  return value === null ? null : !value;
});

const choice = lazy((run, [condition, yes, no]) => {
  const value = truth(condition!.of(run));
  return value === null ? null : (value ? yes! : no!).of(run);
});

const minus = lazy((run, [inner], scale) => {
  const value = inner!.of(run);
  return value === null ? null : number(value).negate().within(scale as number);
});

const OPERATIONS: Record<string, (one: Exact, two: Exact) => Exact> = {
  "+": (one, two) => one.add(two),
  "-": (one, two) => one.subtract(two),
  "*": (one, two) => one.multiply(two),
  "/": (one, two) => one.divide(two),
};

const arithmetic = both((one, two, value) => {
  const [sign, scale] = value as [string, number];
  return sign === "join" ? joined(text(one), text(two)) : known(OPERATIONS, sign)(number(one), number(two)).within(scale);
});

export const lengthOf = (written: string): number => {
  let length = 0;
  for (const _ of written) length += 1;
  return length;
};

function joined(one: string, two: string): string {
  if (lengthOf(one) + lengthOf(two) > LONGEST_TEXT) throw new Fault("text", "becomes too long");
  return one + two;
}

const SIGNS: Record<string, (one: Value, two: Value) => boolean> = {
  "==": same,
  "!=": (one, two) => !same(one, two),
  "<": (one, two) => order(one, two) < 0,
  "<=": (one, two) => order(one, two) <= 0,
  ">": (one, two) => order(one, two) > 0,
  ">=": (one, two) => order(one, two) >= 0,
};

const comparison = both((one, two, sign) => known(SIGNS, sign as string)(one, two));

const membership = lazy((run, [value, among]) => {
  const elements = listed(among!.of(run));
  const one = value!.of(run);
  if (elements === null) return null;
  if (!elements.length) return false;
  if (one === null) return null;
  burn(run, elements.length);
  const sought = key(one);
  if (elements.some((each) => each !== null && key(each) === sought)) return true;
  return elements.includes(null) ? null : false;
});

export const OPERATORS: Record<string, Step> = {
  number: constant(Exact.parse),
  day: constant(Day.parse),
  name,
  attribute,
  column,
  list: lazy((run, parts) => parts.map((part) => part.of(run))),
  not: negation,
  and: junction(false),
  or: junction(true),
  if: choice,
  negate: minus,
  arithmetic,
  compare: comparison,
  in: membership,
};
