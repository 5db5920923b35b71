/** Words: plain ones and those over rows. The same steps as `running_words.py` and `running_rows.py`. */

import { ask, burn, isDeed, known, number, partsOf, text, truth, type Node, type Part, type Run, type Step } from "./building";
import { Day, Moment } from "./days";
import { Exact, type Rounding } from "./exact";
import { Fault } from "./faults";
import { lengthOf, listed } from "./running";
import { isEmpty, key, order, type Value } from "./values";

type Plain = (values: readonly Value[], scale: number) => Value;

function day(value: Value | undefined): Day {
  if (value instanceof Day) return value;
  throw new Fault("value", "no day");
}

function multipleUp(value: Exact, pack: Exact): Exact {
  if (pack.compare(Exact.of(0)) <= 0) throw new Fault("pack", "a pack is above zero");
  return value.divide(pack, 0, "ceil").multiply(pack);
}

function addDays(from: Day, days: Exact): Day {
  const count = Number(days.round().format());
  if (!Number.isSafeInteger(count)) throw new Fault("date", "out of the calendar");
  return from.plus(count);
}

const extreme = (sign: number) => (values: readonly Value[]): Value =>
  values.reduce((best, each) => (order(each, best) * sign > 0 ? each : best));
const least = extreme(-1);
const most = extreme(1);
const part = (which: number): Plain => ([value]) => Exact.of(day(value).parts[which]!);
const lowered = (value: string): string => value.replace(/[A-Z]/g, (each) => String.fromCharCode(each.charCodeAt(0) + 32));

/** Words of values that are all there; if one is empty, so is the answer. */
const PLAIN: Record<string, Plain> = {
  abs: ([value], scale) => number(value!).abs().within(scale),
  min: least,
  max: most,
  multiple_up: ([value, pack], scale) => multipleUp(number(value!), number(pack!)).within(scale),
  len: ([value]) => Exact.of(lengthOf(text(value!))),
  lower: ([value]) => lowered(text(value!)),
  starts: ([value, begin]) => text(value!).startsWith(text(begin!)),
  contains: ([value, piece]) => text(value!).includes(text(piece!)),
  year: part(0),
  month: part(1),
  day: part(2),
  days_between: ([from, to]) => Exact.of(day(to).number - day(from).number),
  add_days: ([from, days]) => addDays(day(from), number(days!)),
};

/** Words that know what to do with empty, or ask the clock. */
const OWN: Record<string, (run: Run, parts: readonly Part[]) => Value> = {
  empty: (run, [inner]) => isEmpty(inner!.of(run)),
  otherwise: (run, [first, second]) => {
    const value = first!.of(run);
    return isEmpty(value) ? second!.of(run) : value;
  },
  date: (run, [inner]) => {
    const value = inner!.of(run);
    if (value === null) return null;
    if (!(value instanceof Moment)) throw new Fault("value", "no moment");
    if (run.zone === null) throw new Fault("missing", "zone");
    return value.dayIn(run.zone);
  },
  age: (run, [inner]) => {
    const value = inner!.of(run);
    if (value === null) return null;
    if (!(value instanceof Moment)) return Exact.of(day(ask(run, ["today"])).number - day(value).number);
    const now = ask(run, ["now"]);
    if (!(now instanceof Moment)) throw new Fault("value", "no moment");
    return Exact.of(now.daysSince(value));
  },
};

const ROUNDINGS = new Set(["round", "floor", "ceil"]);

const word: Step = (value, nodes, build, rows) => {
  const [name, scale = 0, digits = 0] = value as [string, number?, number?];
  if (ROUNDINGS.has(name)) return { of: rounding(name as Rounding, scale, digits, nodes[0]!, (each) => build(each, rows)), path: null };
  const parts = nodes.map((each) => build(each, rows));
  const own = Object.hasOwn(OWN, name) ? OWN[name] : undefined;
  if (own) return { of: (run) => own(run, parts), path: null };
  const work = known(PLAIN, name);
  return {
    of: (run) => {
      const values = parts.map((each) => each.of(run));
      return values.includes(null) ? null : work(values, scale);
    },
    path: null,
  };
};

/** A division is rounded once, from the true quotient. */
function rounding(how: Rounding, scale: number, digits: number, node: Node, build: (node: Node) => Part): Part["of"] {
  if (isDeed(node) && node[0] === "arithmetic" && (node[1] as string[])[0] === "/") {
    const [above, below] = partsOf(node).map(build) as [Part, Part];
    return (run) => {
      const one = above.of(run);
      const two = below.of(run);
      return one === null || two === null ? null : number(one).divide(number(two), digits, how).within(scale);
    };
  }
  const inner = build(node);
  return (run) => {
    const value = inner.of(run);
    return value === null ? null : number(value).round(digits, how).within(scale);
  };
}

const present = (values: readonly Value[]): Value[] => values.filter((each) => each !== null);
const open = (values: readonly Value[], ends: boolean): Value => (values.some((each) => truth(each) === ends) ? ends : values.includes(null) ? null : !ends);

function distinct(values: readonly Value[]): Value[] {
  const met = new Map<unknown, Value>();
  for (const each of values) if (!met.has(key(each))) met.set(key(each), each);
  return [...met.values()];
}

const FINISHES: Record<string, Plain> = {
  sum: (values, scale) => present(values).reduce<Exact>((total, each) => total.add(number(each)), Exact.of(0)).within(scale),
  any: (values) => open(values, true),
  all: (values) => open(values, false),
  count: (values) => Exact.of(present(values).length),
  first: (values) => values[0] ?? null,
  distinct: (values) => distinct(present(values)),
  min: (values) => (present(values).length ? least(present(values)) : null),
  max: (values) => (present(values).length ? most(present(values)) : null),
};

const rows: Step = (value, nodes, build, outer) => {
  const [name, scale = 0] = value as [string, number?];
  const source = build(nodes[0]!, outer);
  const finish = known(FINISHES, name);
  if (nodes.length === 1) return { of: (run) => finish(listed(source.of(run)) ?? [], scale), path: source.path };
  const body = build(nodes[1]!, source.path);
  const counted = name === "count" ? (values: readonly Value[]): Value => Exact.of(values.filter((each) => truth(each) === true).length) : finish;
  return { of: (run) => counted(walked(run, listed(source.of(run)) ?? [], body), scale), path: body.path };
};

/** What a body answers of each row; every row is asked, so that a fault in any is a fault. */
function walked(run: Run, found: readonly Value[], body: Part): Value[] {
  burn(run, body.size * found.length);
  const outer = run.row;
  const values = found.map((row) => {
    run.row = row as Run["row"];
    return body.of(run);
  });
  run.row = outer;
  return values;
}

export const WORDS: Record<string, Step> = { word, rows };
