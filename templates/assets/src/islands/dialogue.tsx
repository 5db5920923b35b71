/** The dialogue of an action: its questions, what it comes to, errors beside the fields, and what somebody else changed. */

import { useMemo, useRef, useState } from "preact/hooks";
import { ask, mended, newKey, Refused, say } from "../api";
import { bodyOf, type Deed, remember, type Told, type Written } from "../deeds";
import { Choosing, choosing } from "../codes";
import type { Filled, Form } from "../definitions";
import { useBack } from "../lost";
import { goOn as onward } from "../next";
import { isPointed, once, useFresh } from "../presses";
import { takeDrawn } from "../drawn";
import { answersOf, Asks } from "./asks";
import { Moving } from "./moving";

interface Line { at: string; title: string; person: { title: string | null } | null; comment: string | null }
export interface Done { id: string; state: string; number: string | null; seq: number }

interface Link { form: string; id: string }

/** The one record that an action has made for its doer to fill in, and that nobody has a task for: he goes there. */
async function made({ record }: Told): Promise<string | null> {
  try {
    const { links } = await ask<{ links: Link[] }>("GET", `records/${record.form}/${record.id}`);
    const before = new Set((record.links ?? []).map((each) => each.id));
    const fresh = new Map(links.filter((each) => !before.has(each.id)).map((each) => [each.id, each]));
    if (fresh.size !== 1) return null;
    const path = [...fresh.values()].map((each) => `records/${each.form}/${each.id}`)[0]!;
    const found = await ask<{ editable: boolean; tasks: unknown[] }>("GET", path);
    return found.editable && !found.tasks.length ? `/${path}/edit` : null;
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}

/** After an action: to what it made to be filled in, to the next task when one came from there, else the record anew. */
export async function goOn(told: Told, deed: Deed, answer: Done, makes = false): Promise<void> {
  const there = makes ? await made(told) : null;
  if (there) return location.assign(there);
  if (told.task) {
    const state = told.form.states.find((each) => each.name === answer.state)?.title ?? "";
    onward(`${deed.title}${say(": ", "：")}${told.form.title} ${answer.number ?? ""}${state ? ` → ${state}` : ""}${say(".", "。")}`);
  } else {
    remember(told.record.id, deed.title, answer);
    location.reload();
  }
}

const FASTER = new Set(["task_done", "not_in_state"]);

/** Somebody else has done it: no fault of who reads this. */
function faster({ form, record }: Told): string {
  return say(`${form.title} ${record.number ?? ""} was done by somebody else meanwhile.`, `${form.title} ${record.number ?? ""} 已由他人处理。`);
}

interface Props {
  deed: Deed; told: Told; effects: string[]; first: Refused | null; onEnd: () => void;
  /** What was typed before and is written with it. */
  written?: Written;
  onDone?: (answer: Done) => void | Promise<void>;
  /** What is refused of it, unless it is about what was asked here. */
  onRefused?: (refused: Refused) => void;
}

export function Dialogue({ deed, told, effects, first, onEnd, written = {}, onDone = (answer) => goOn(told, deed, answer), onRefused }: Props) {
  const { record } = told;
  const [asks, setAsks] = useState<Record<string, any>>({});
  const [comment, setComment] = useState("");
  const [to, setTo] = useState(deed.returns[0]?.to ?? deed.move?.among[0]?.id ?? "");
  const [where, setWhere] = useState(deed.move?.places[0] ?? "");
  const [refused, setRefused] = useState<Refused | null>(first);
  const [early, setEarly] = useState<Filled["errors"]>([]);
  const [meanwhile, setMeanwhile] = useState<Line[]>([]);
  const [busy, setBusy] = useState(false);
  const [tried, setTried] = useState(false);
  /** Somebody else was faster, and what was written here would be lost with the page. */
  const [late, setLate] = useState(false);
  const fresh = useFresh();
  /** What was answered, also what an answer that was only drawn adds while it is sent. */
  const answers = useRef(asks);
  /** What was refused of a field is no word about what stands in it now. */
  const forgive = (path: string) => setRefused((now) => now && mended(now, path));
  const answer = (name: string, value: any) => {
    setAsks((answers.current = { ...answers.current, [name]: value }));
    forgive(`/asks/${name}`);
    setEarly((now) => now.filter((each) => each.path !== `/asks/${name}`));
    if (Object.values(deed.asks).some((each) => each.narrowed)) void heed();
  };
  const place = record.id ? `${record.form}/${record.id}` : record.form;
  const about = () => ({ action: deed.asked ?? deed.name, asks: answersOf(answers.current) });
  const choose = useMemo(() => choosing(place, () => written.values ?? {}, about), []);
  /** What was typed or scanned where it may not be chosen: said at once, not when it is sent. */
  async function heed(): Promise<void> {
    try {
      const found = await ask<Filled>("POST", `records/${place}/fill`, { values: written.values ?? {}, ...about() });
      setEarly(found.errors.filter((each) => each.code === "only"));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
  }
  useBack(() => setRefused((now) => (now?.problem.status === 0 ? null : now)));
  const key = useRef(newKey());
  const revision = useRef(told.record.revision);
  /** Whoever has to do it again, or is refused, is told why. */
  const explains = (deed.name === "return" || deed.name === "reject") && !Object.values(deed.asks).some((each) => each.required);
  const lacks = tried && explains && !comment.trim();
  const nobody = !!deed.move?.people && !to;

  async function go(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    setTried(true);
    if ((explains && !comment.trim()) || nobody) return;
    setBusy(true);
    if (!(await takeDrawn())) return setBusy(false);
    try {
      const sent = { key: key.current, asks: answersOf(answers.current), comment, to, where, revision: revision.current };
      onDone(await ask<Done>("POST", deed.path, { ...written, ...bodyOf(deed, sent) }, { key: key.current }));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (onRefused && error.problem.status && !error.problem.errors.some((each) => each.path.startsWith("/asks/"))) return onRefused(error);
      if (told.task && error.problem.errors.some((each) => FASTER.has(each.code))) {
        if (!comment.trim()) return onward(faster(told));
        setLate(true);
      }
      // What was refused is another command when it is sent again; what got no answer is the same.
      if (error.problem.status) key.current = newKey();
      setRefused(error);
      setBusy(false);
      if (error.problem.status === 412 || error.problem.kind === "conflict") await look();
    }
  }

  /** What others did since the page was shown; with that in view the next press is meant for the record as it is now. */
  async function look(): Promise<void> {
    try {
      const path = `records/${record.form}/${record.id}`;
      const now = await ask<{ revision: number }>("GET", path);
      const past = await ask<{ items: Line[] }>("GET", `${path}/history?newest=true`);
      setMeanwhile(past.items.reverse().filter((each) => each.at > (record.updated ?? "")));
      revision.current = now.revision;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
  }

  const faults = refused?.problem.errors ?? [];
  const at = (name: string) => [...faults, ...early].find((each) => each.path === `/asks/${name}`);
  return (
    <dialog ref={(place) => { if (place && !place.open) place.showModal(); }} onClose={onEnd} onKeyDown={once} aria-label={deed.title}>
      <form onSubmit={go}>
        <h2>{deed.title} · {told.form.title} {record.number && <span class="whole">{record.number}</span>}</h2>
        {refused && <Fault refused={refused} told={told} hidden={(path) => !!at(path.slice(6)) || (path === "/to" && !!deed.move?.people)} />}
        {meanwhile.length > 0 && <div class="message" role="status"><strong>{say("Meanwhile", "其间发生的变化")}</strong>
          <ul>{meanwhile.map((each) => <li key={each.at + each.title}>{each.person?.title ?? ""}: {each.title}{each.comment ? ` “${each.comment}”` : ""}</li>)}</ul>
          <button type="button" class="plain" onClick={() => location.reload()}>{say("Show the record as it is now", "查看最新内容")}</button></div>}
        {effects.length > 0 && <ul class="effects">{effects.slice(0, 8).map((each) => <li key={each}>{each}</li>)}{effects.length > 8 && <li>+{effects.length - 8}</li>}</ul>}
        {deed.returns.length > 1 && <label class="field"><span>{say("Return to", "退回至")}</span>
          <select class="form-select" value={to} onChange={(event) => setTo(event.currentTarget.value)}>{deed.returns.map((each) => <option key={each.to} value={each.to}>{each.title}</option>)}</select></label>}
        {deed.move && <Moving move={deed.move} to={to} where={where} onTo={(chosen) => { setTo(chosen); forgive("/to"); }} onWhere={setWhere}
          fault={tried && nobody ? say("Please choose a person.", "请选择人员。") : faults.find((each) => each.path === "/to")?.message} />}
        {written.rows && <p class="quiet">{say(written.rows.length === 1 ? "1 row" : `${written.rows.length} rows`, `${written.rows.length} 行`)}</p>}
        <Choosing.Provider value={choose}><Asks asks={deed.asks} values={asks} fault={(name) => at(name)?.message} onChange={answer} /></Choosing.Provider>
        <label class="field"><span>{say("Comment", "意见")}{explains && <b class="needed"> *</b>}</span><textarea class="form-control" aria-required={explains ? "true" : undefined} aria-invalid={lacks ? "true" : undefined} rows={2} maxLength={4000} value={comment}
          onInput={(event) => { setComment(event.currentTarget.value); forgive("/comment"); }}
          onKeyDown={(event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.form?.requestSubmit(); }} />
          {lacks && <span class="fault">{say("This is needed.", "此项必填。")}</span>}</label>
        <div class="acts">{late ? <button type="button" class="primary" onClick={() => onward(faster(told))}>{say("Go on", "继续")}</button> : (
          <button class={deed.name === "reject" ? "danger" : "primary"} disabled={busy} aria-disabled={fresh} onClick={(event) => { if (fresh && isPointed(event)) event.preventDefault(); }}
            autofocus={deed.name === "approve" && !Object.keys(deed.asks).length}>{deed.title}</button>)}
          <button type="button" class="plain" onClick={onEnd}>{say("Back", "暂不")}</button></div>
      </form>
    </dialog>
  );
}

function Fault({ refused, told, hidden }: { refused: Refused; told: Told; hidden: (path: string) => boolean }) {
  const { detail, errors } = refused.problem;
  const lines = errors.filter((each) => !hidden(each.path)).map((each) => ({ at: placed(told.form, told.record, each.path), says: each.message === detail ? "" : each.message }));
  return (
    <div class="message wrong" role="alert"><strong>{detail}</strong>
      <ul>{lines.filter((each) => each.at || each.says).map(({ at, says }) => <li key={at + says}>{at}{at && says && say(": ", "：")}{says}</li>)}</ul></div>
  );
}

/** Which field a fault means, in the form's words. */
export function placed(form: Form, record: { values: Record<string, any> }, path: string): string {
  const [, ...words] = path.replace(/^\/values/, "").split("/");
  const field = form.fields[words[0] ?? ""];
  if (!field) return "";
  const column = words[2] ? field.fields?.[words[2]] : undefined;
  const row = words[1] !== undefined ? Number(words[1]) : NaN;
  const item = Number.isInteger(row) ? record.values[words[0]!]?.[row] : undefined;
  const first = item && Object.values(item).find((each: any) => each && typeof each === "object" && each.code) as { code?: string } | undefined;
  return `${[field.title, Number.isInteger(row) ? String(first?.code ?? row + 1) : "", column?.title].filter(Boolean).join(" · ")}`;
}
