/**
 * What follows from what is typed, at once: which fields are shown and needed, and what is computed.
 *
 * The server hands out the trees that this person may have (`engine/operations/browsing.py`). What a tree cannot know
 * here stays as the server said it last; its next answer, a quarter of a second later, is the last word.
 */

import type { Field, Filled, Form, Row } from "./definitions";
import { evaluate, Exact, Fault, format, read, Reference, type Names, type Tree, type Value } from "./expressions";
import { valuesOf } from "./seen";

export interface Rule { kind: "visible" | "compute" | "required"; path: string; tree: Tree }
export interface Live { trees: Rule[]; types: Record<string, Record<string, string>> }

export interface Followed {
  values: Record<string, any>;
  /** `carrier`, `lines.lot#<row>`; a row that is still to be written has the id "". */
  unseen: ReadonlySet<string>;
  needed: ReadonlySet<string>;
}

interface Done { row: Row; unseen: readonly string[]; needed: readonly string[] }
interface Kept extends Done { sign: string; filled: Filled }
interface Column { name: string; field: Field; rule: Rule }
interface Stage { table: string | null; columns: Column[]; asked: string[]; wide: boolean; kept: WeakMap<Row, Kept> }

const BLANK = "";

export class Follower {
  private readonly stages: Stage[] = [];
  private readonly typedRows = new WeakMap<Row, Value>();

  constructor(private readonly form: Form, private readonly live: Live) {
    for (const rule of live.trees) {
      const [first, column] = rule.path.split(".") as [string, string?];
      const table = column ? first : null;
      const field = column ? form.fields[first]?.fields?.[column] : form.fields[first];
      if (field) this.stage(table).columns.push({ name: column ?? first, field, rule });
    }
    for (const stage of this.stages) this.lookAround(stage);
  }

  private stage(table: string | null): Stage {
    const last = this.stages.at(-1);
    if (last && last.table === table) return last;
    const fresh: Stage = { table, columns: [], asked: [], wide: false, kept: new WeakMap() };
    this.stages.push(fresh);
    return fresh;
  }

  /** Which fields of the header the rows of a stage ask; a stage that asks whole tables is worked out each time. */
  private lookAround(stage: Stage): void {
    for (const path of stage.columns.flatMap((each) => each.rule.tree.names)) {
      if (path[0] === "row") continue;
      const name = path[0] === "record" ? path[1] : path[0];
      if (name && this.form.fields[name]?.type === "table") stage.wide = true;
      else if (name) stage.asked.push(name);
    }
  }

  follow(values: Record<string, any>, filled: Filled): Followed {
    const told = new Set(filled.unseen);
    const needed = new Set(filled.needed);
    const unseen = new Set(told);
    const now = { ...values };
    for (const stage of this.stages) {
      if (stage.table === null) this.header(stage, now, unseen, needed);
      else this.rows(stage, stage.table, now, filled, told, unseen, needed);
    }
    return { values: now, unseen, needed };
  }

  private header(stage: Stage, now: Record<string, any>, unseen: Set<string>, needed: Set<string>): void {
    for (const { name, field, rule } of stage.columns) {
      const found = this.worked(rule, now, null);
      if (found === undefined) continue;
      if (rule.kind === "compute") now[name] = written(field, found, now[name]);
      else mark(rule.kind === "visible" ? unseen : needed, name, (found === true) === (rule.kind === "required"));
    }
  }

  private rows(stage: Stage, table: string, now: Record<string, any>, filled: Filled, told: ReadonlySet<string>, unseen: Set<string>, needed: Set<string>): void {
    const rows = (now[table] ?? []) as Row[];
    const sign = JSON.stringify(stage.asked.map((each) => now[each] ?? null));
    const done = rows.map((row) => this.row(stage, table, row, now, filled, sign, told));
    for (const each of [...done, this.row(stage, table, { row: BLANK }, now, filled, sign, told)]) {
      for (const { name, rule } of stage.columns) {
        const place = `${table}.${name}#${each.row.row}`;
        if (rule.kind === "visible") mark(unseen, place, each.unseen.includes(name));
        if (rule.kind === "required") mark(needed, place, each.needed.includes(name));
      }
    }
    if (done.some((each, index) => each.row !== rows[index])) now[table] = done.map((each) => each.row);
  }

  private row(stage: Stage, table: string, row: Row, now: Record<string, any>, filled: Filled, sign: string, told: ReadonlySet<string>): Done {
    const known = stage.kept.get(row);
    if (known && !stage.wide && known.sign === sign && known.filled === filled) return known;
    const done = { row, unseen: [] as string[], needed: [] as string[] };
    for (const { name, field, rule } of stage.columns) {
      const found = this.worked(rule, now, done.row);
      if (rule.kind === "compute") {
        const value = found === undefined ? done.row[name] : written(field, found, done.row[name]);
        if (value !== (done.row[name] ?? null) && found !== undefined) done.row = { ...done.row, [name]: value };
      } else if (rule.kind === "visible") {
        if (found === undefined ? told.has(`${table}.${name}#${row.row}`) : found !== true) done.unseen.push(name);
      } else if (found === undefined ? filled.needed.includes(`${table}.${name}#${row.row}`) : found === true) done.needed.push(name);
    }
    stage.kept.set(row, { ...done, sign, filled });
    return done;
  }

  /** The value; undefined when only the server can tell, null where it goes wrong. */
  private worked(rule: Rule, now: Record<string, any>, row: Row | null): Value | undefined {
    try {
      return evaluate(rule.tree, this.names(now), row ? (this.typed(rule.path.split(".")[0]!, row) as any) : null);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return error.code === "missing" || rule.kind === "compute" ? undefined : null;
    }
  }

  private names(now: Record<string, any>): Names {
    return (path, of) => {
      if (of instanceof Reference) {
        const raw = valuesOf(of.id)?.[path.at(-1)!];
        return raw === undefined ? undefined : readable(raw, this.live.types[of.form]?.[path.at(-1)!] ?? "", "");
      }
      const name = path[0] === "record" ? path[1] : path[0];
      const field = name ? this.form.fields[name] : undefined;
      if (!field || !name) return undefined;
      if (field.type === "table") return ((now[name] ?? []) as Row[]).map((each) => this.typed(name, each));
      return readable(now[name], field.holds, field.to ?? "");
    };
  }

  private typed(table: string, row: Row): Value {
    const known = this.typedRows.get(row);
    if (known !== undefined) return known;
    const made: Record<string, unknown> = { row: row.row };
    for (const [name, field] of Object.entries(this.form.fields[table]?.fields ?? {})) {
      const value = readable(row[name], field.holds, field.to ?? "");
      if (value !== undefined) made[name] = value;
      else Object.defineProperty(made, name, { enumerable: true, get: () => { throw new Fault("missing", name); } });
    }
    this.typedRows.set(row, made as unknown as Value);
    return made as unknown as Value;
  }
}

function mark(set: Set<string>, place: string, is: boolean): void {
  if (is) set.add(place);
  else set.delete(place);
}

/** A value as it stands on the page; undefined when it is not (yet) one of its kind. */
function readable(raw: unknown, kind: string, form: string): Value | undefined {
  try {
    return read(raw === "" ? null : raw, kind, form);
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

/** As the server writes it; a record is named by the server alone. */
function written(field: Field, value: Value, stood: any): any {
  if (value instanceof Reference) return stood ?? null;
  if (value instanceof Exact && field.holds === "integer") return Number(format(value));
  return format(value);
}
