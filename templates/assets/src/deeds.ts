/** What may be done with a record: its actions, and the verdicts of the tasks in it that are mine. */

import { ask, Refused, say } from "./api";
import type { Action, Field, Form, Named, Record_ } from "./definitions";

interface Added { person: Named; by: Named; where: string; said: string | null }
export interface Task {
  id: string; actions: string[]; kind: string; title: string | null; step?: string; part?: string | null; people?: { title: string | null; code: string | null }[];
  asks?: Record<string, Field>; verdict_asks?: Record<string, Record<string, Field>>; returns?: { to: string; title: string }[]; added?: Added[]; places?: string[];
}
export interface Told { record: Record_ & { tasks: Task[]; updated?: string; links?: { id: string }[]; take_back?: { task: string; until: string } | null }; form: Form; may: Action[]; mayNot: (Action & { who?: string | null })[]; edit?: boolean; task?: Task; toFill?: string | null; waits?: Task[] }
/** `asked`: how a verdict is called where its questions are asked about; else `name` is that. */
export interface Deed { name: string; title: string; path: string; asks: Record<string, Field>; verdict: boolean; returns: { to: string; title: string }[]; givesUp?: boolean; fills?: boolean; move?: Move; asked?: string }
/** Something with a task that is no verdict: whom it needs (searched under `people`, or one of `among`), and where. */
export interface Move { people: string; among: Named[]; places: string[]; until?: string }

const VERDICTS: Record<string, string> = {
  approve: say("Approve", "同意"), reject: say("Reject", "拒绝"), return: say("Return", "退回"),
};

const MOVES: Record<string, string> = {
  hand_over: say("Hand over", "转交"), add_signer: say("Add a signer", "加签"), remove_signer: say("Remove a signer", "取消加签"), nudge: say("Remind", "催办"),
};

/** What may be done with the open tasks of a record beside deciding them, and with a decision that may still be taken back. */
export function moves({ record, task }: Told): Deed[] {
  const open = record.tasks.filter((each) => each.kind === "decide" && (!task || each.id === task.id));
  const several = open.filter((each) => each.actions.some((name) => name in MOVES)).length > 1;
  const found = open.flatMap((each) => each.actions.filter((name) => name in MOVES).map((name): Deed => ({
    name, title: several && each.title ? `${MOVES[name]!} · ${each.title}` : MOVES[name]!, path: `tasks/${each.id}/${name}`, asks: {}, verdict: true, returns: [], move: moveOf(each, name),
  })));
  const back = record.take_back;
  if (!back) return found;
  const taken = { name: "take_back", title: say("Take my decision back", "撤回我的审批"), path: `tasks/${back.task}/take_back`, asks: {}, verdict: true, returns: [] };
  return [{ ...taken, move: { people: "", among: [], places: [], until: back.until } }, ...found];
}

function moveOf(task: Task, name: string): Move {
  const among = name === "remove_signer" ? (task.added ?? []).filter((each) => each.said === null).map((each) => each.person) : [];
  const people = name === "hand_over" || name === "add_signer" ? `tasks/${task.id}/people?move=${name}` : "";
  return { people, among, places: name === "add_signer" ? task.places ?? [] : [] };
}

export function deeds({ record, may, task }: Told): Deed[] {
  const open = record.tasks.filter((each) => each.kind === "decide" && (task ? each.id === task.id : each.actions.length));
  const tasks = open.length || !task ? open : [task];
  const verdicts = tasks.filter((each) => each.kind === "decide").flatMap((each) =>
    each.actions.filter((name) => name in VERDICTS).map((name) => ({
      name, title: VERDICTS[name]!, path: `tasks/${each.id}/${name}`, asks: each.verdict_asks?.[name] ?? each.asks ?? {}, verdict: true, returns: name === "return" ? each.returns ?? [] : [],
      asked: `${name}:${each.step}${each.part ? `/${each.part}` : ""}`,
    })));
  const actions = may.map((each) => deedOf(record, each));
  const seen = new Set<string>();
  return [...verdicts, ...actions].filter((each) => !seen.has(each.path) && seen.add(each.path));
}

interface Place { code: string; title: string | null }
interface Outcome { kind: string; moves?: Outcome[]; item?: { code: string | null; title: string | null }; quantity?: string; from?: Place; to?: Place }

export const named = (of?: { code?: string | null; title?: string | null } | null) => (of ? [of.code, of.title !== of.code ? of.title : ""].filter(Boolean).join(" ") : "");

export function moved(each: Outcome): string {
  return `${each.quantity ?? ""} × ${named(each.item)}${say(": ", "：")}${each.from?.title ?? each.from?.code ?? ""} → ${each.to?.title ?? each.to?.code ?? ""}`;
}

/** What an action would come to that cannot be taken back: goods that move, or an end; with `values` that are written with it. */
export interface Coming { effects: string[]; ends: boolean; makes: boolean }

export async function foresee(deed: Deed, form: Form, written: Written = {}): Promise<Coming> {
  const found = await ask<{ state: string; outcomes: Outcome[] }>("POST", `${deed.path}?preview=true`, written);
  const state = form.states.find((each) => each.name === found.state);
  const ends = state?.end ?? false;
  const effects = found.outcomes.flatMap((each) => (each.kind === "move" ? [each] : each.moves ?? [])).map(moved);
  if (ends && state) effects.push(say(`This ends it: ${state.title}.`, `此操作将结束单据：${state.title}。`));
  return { effects, ends, makes: found.outcomes.some((each) => each.kind === "create") };
}

/** The same; null: it is refused, or not known. */
export async function foreseen(deed: Deed, told: Told): Promise<Coming | null> {
  try {
    return await foresee(deed, told.form);
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}

/** Questions and reasons are asked for; what moves goods or ends the record is named before it is done; the rest is done. */
export const needsWords = (deed: Deed) => deed.verdict || Object.keys(deed.asks).length > 0;

export const deedOf = (record: Record_, { name, title, asks, gives_up, fills }: Action): Deed =>
  ({ name, title, givesUp: gives_up ?? false, fills: fills ?? false, path: `records/${record.form}/${record.id}/actions/${name}`, asks, verdict: false, returns: [] });

/** What somebody typed, to be written with what he does. */
export interface Written { values?: Record<string, any>; id?: string; action?: string; rows?: string[] }

/** `to`: the step that it is returned to, or who is brought in; `where`: before, after or beside. */
export interface Sent { key: string; asks: Record<string, any>; comment: string; to: string; where?: string; revision: number }

export function bodyOf(deed: Deed, sent: Sent): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  if (Object.keys(sent.asks).length) body["asks"] = sent.asks;
  if (sent.comment.trim()) body["comment"] = sent.comment.trim();
  if ((deed.returns.length || deed.move) && sent.to) body["to"] = sent.to;
  if (sent.where) body["where"] = sent.where;
  if (!deed.verdict && sent.revision) body["revision"] = sent.revision;
  return body;
}

const KEPT = "done";

/** Remember over the reload what was done, so that the page that comes tells it. */
export function remember(record: string, title: string, answer: { seq: number }): void {
  sessionStorage.setItem(KEPT, JSON.stringify({ record, title, seq: answer.seq }));
}

export function remembered(record: string): { title: string; seq: number } | null {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null") as { record: string; title: string; seq: number } | null;
  if (kept?.record !== record) return null;
  sessionStorage.removeItem(KEPT);
  return kept;
}
