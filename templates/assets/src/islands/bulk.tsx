/** One command for many records or tasks, with a word for all of them, and what came of each. */

import { useRef, useState } from "preact/hooks";
import { ask, LOST, newKey, Refused, say, type Problem } from "../api";
import type { Field } from "../definitions";
import { useBack } from "../lost";
import { isPointed, once, useFresh } from "../presses";
import { takeDrawn } from "../drawn";
import { sayNext } from "../toast";
import { Asks, useAnswers } from "./asks";

export interface Item { id: string; says: string; href?: string }
interface Answer { id: string; status: number; body: Problem }
interface Props { title: string; danger?: boolean; asks?: Record<string, Field>; path: string; items: Item[]; back: string; onEnd: () => void }

const FIRST = 10;

export const opens = (place: HTMLDialogElement | null): void => { if (place && !place.open) place.showModal(); };

export function Bulk({ title, danger = false, asks = {}, path, items, back, onEnd }: Props) {
  const [comment, setComment] = useState("");
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  const [answers, setAnswers] = useState<Answer[] | null>(null);
  const fresh = useFresh();
  const questions = useAnswers(asks, () => setWrong(""));
  useBack(() => setWrong((now) => (now === LOST ? "" : now)));
  const key = useRef(newKey());
  const [tried, setTried] = useState(false);
  /** Whoever is refused is told why. */
  const explains = danger && !Object.values(asks).some((each) => each.required);
  const lacks = tried && explains && !comment.trim();

  async function go(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    setTried(true);
    if (explains && !comment.trim()) return;
    if (!(await takeDrawn())) return;
    if (!questions.isWhole()) return;
    setBusy(true);
    try {
      const body = { ids: items.map((each) => each.id), ...questions.sent(), ...(comment.trim() ? { comment: comment.trim() } : {}) };
      const found = await ask<{ items: Answer[] } | Answer[]>("POST", path, body, { key: key.current });
      const all = Array.isArray(found) ? found : found.items;
      if (all.every((each) => each.status < 300)) {
        sayNext(say(`${title}: ${all.length} done`, `${title}：完成 ${all.length} 项`));
        location.assign(back);
      } else setAnswers(all);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setWrong(error.problem.errors[0]?.message ?? error.problem.detail);
      setBusy(false);
    }
  }

  const done = answers?.filter((each) => each.status < 300).length ?? 0;
  return (
    <dialog ref={opens} onClose={() => (answers ? location.assign(back) : onEnd())} onKeyDown={once} aria-label={title}>
      <form onSubmit={go}>
        <h2>{title} · {say(items.length === 1 ? "1 item" : `${items.length} items`, `${items.length} 项`)}</h2>
        {wrong && <p class="message wrong" role="alert">{wrong}</p>}
        {answers ? (
          <>
            <p role="status">{say(`${done} done, ${answers.length - done} not.`, `完成 ${done} 项，${answers.length - done} 项未完成。`)}</p>
            <ul class="outcomes">{items.map((item) => <Outcome key={item.id} item={item} answer={answers.find((each) => each.id === item.id)} />)}</ul>
            <div class="acts"><button type="button" class="primary" onClick={() => location.assign(back)}>{say("Go on", "继续")}</button></div>
          </>
        ) : (
          <>
            <ul class="outcomes">{items.slice(0, FIRST).map((item) => <li key={item.id}>{item.says}</li>)}{items.length > FIRST && <li>{say(`and ${items.length - FIRST} more`, `以及其他 ${items.length - FIRST} 项`)}</li>}</ul>
            <Asks asks={asks} values={questions.answered} fault={questions.lacks} onChange={questions.answer} />
            <label class="field"><span>{say("Comment", "意见")}{explains && <b class="needed"> *</b>}</span><textarea class="form-control" aria-required={explains ? "true" : undefined} aria-invalid={lacks ? "true" : undefined} rows={2} value={comment} onInput={(event) => setComment(event.currentTarget.value)} />
              {lacks && <span class="fault">{say("This is needed.", "此项必填。")}</span>}</label>
            <div class="acts"><button autofocus={!danger} class={danger ? "danger" : "primary"} disabled={busy} aria-disabled={fresh} onClick={(event) => { if (fresh && isPointed(event)) event.preventDefault(); }}>{busy ? say("Working…", "处理中…") : title}</button>
              <button type="button" class="plain" disabled={busy} onClick={(event) => event.currentTarget.closest("dialog")?.close()}>{say("Back", "暂不")}</button></div>
          </>
        )}
      </form>
    </dialog>
  );
}

function Outcome({ item, answer }: { item: Item; answer: Answer | undefined }) {
  const good = !!answer && answer.status < 300;
  const why = answer?.body.errors?.map((each) => each.message).join(" ") || answer?.body.detail;
  return <li class={good ? "good" : "wrong"}><strong>{item.href ? <a href={item.href}>{item.says}</a> : item.says}</strong> {good ? say("done", "已完成") : why}</li>;
}
