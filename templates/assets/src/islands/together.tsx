/** One action on many lines of a report: all of them or none. What it would make is told before it is done. */

import { useEffect, useRef, useState } from "preact/hooks";
import { ask, newKey, Refused, say, type Problem } from "../api";
import type { Field } from "../definitions";
import { takeDrawn } from "../drawn";
import { useBack } from "../lost";
import { isPointed, once, useFresh } from "../presses";
import { sayNext } from "../toast";
import { Asks, useAnswers } from "./asks";
import { opens } from "./bulk";

interface Item { id: string; says: string; href?: string | null }
interface Coming { id: string | null; form: string; title: string; number: string | null; made: boolean; rows: number | null }
interface Props { title: string; asks: Record<string, Field>; path: string; items: Item[]; back: string; onEnd: () => void }

const FIRST = 10;

/** A record that would be made or written into, in words. */
function told(each: Coming): string {
  const called = each.number ? `${each.title} ${each.number}` : each.title;
  const rows = each.rows ? say(each.rows === 1 ? " · 1 line" : ` · ${each.rows} lines`, ` · ${each.rows} 行`) : "";
  return each.made ? say(`New: ${called}${rows}`, `新建：${called}${rows}`) : say(`Changed: ${called}${rows}`, `更新：${called}${rows}`);
}

export function Together({ title, asks, path, items, back, onEnd }: Props) {
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Problem | null>(null);
  const [coming, setComing] = useState<Coming[] | null>(null);
  const fresh = useFresh();
  const key = useRef(newKey());
  const rows = items.map((each) => each.id);
  const questions = useAnswers(asks, () => { key.current = newKey(); });
  const body = () => ({ rows, ...questions.sent() });
  const look = async (): Promise<void> => {
    try {
      setComing((await ask<{ records: Coming[] }>("POST", `${path}?preview=true`, body())).records);
      setRefused(null);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setComing(null);
      setRefused(error.problem);
    }
  };

  useEffect(() => { void look(); }, [questions.answered]);
  useBack(() => { if (refused?.status === 0) void look(); });

  async function go(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (!(await takeDrawn())) return;
    if (!questions.isWhole()) return;
    setBusy(true);
    try {
      await ask("POST", path, body(), { key: key.current });
      sayNext(say(`${title}: ${rows.length} done`, `${title}：完成 ${rows.length} 项`));
      location.assign(back);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setRefused(error.problem);
      key.current = newKey();
      setBusy(false);
    }
  }

  const fault = (path: string) => refused?.errors.find((each) => each.path === path)?.message;
  const general = refused && !refused.errors.some((each) => /^\/(rows|asks)\//.test(each.path)) ? refused.errors[0]?.message ?? refused.detail : "";
  const listed = items.map((item, at) => ({ ...item, wrong: fault(`/rows/${at}`) })).filter((each, at) => at < FIRST || each.wrong);
  return (
    <dialog ref={opens} onClose={onEnd} onKeyDown={once} aria-label={title}>
      <form onSubmit={go}>
        <h2>{title} · {say(items.length === 1 ? "1 line" : `${items.length} lines`, `${items.length} 行`)}</h2>
        {general && <p class="message wrong" role="alert">{general}</p>}
        <ul class="outcomes">{listed.map((each) => <li key={each.id} class={each.wrong ? "wrong" : undefined}>{each.href ? <a href={each.href}>{each.says}</a> : each.says}{each.wrong && <> <span role="alert">{each.wrong}</span></>}</li>)}
          {items.length > listed.length && <li>{say(`and ${items.length - listed.length} more`, `以及其他 ${items.length - listed.length} 行`)}</li>}</ul>
        <Asks asks={asks} values={questions.answered} fault={(name) => questions.lacks(name) ?? fault(`/asks/${name}`)} onChange={questions.answer} />
        <div role="status" data-coming>{coming && <><strong>{say("This comes of it", "将产生")}</strong><ul class="outcomes">{coming.map((each, at) => <li key={each.id ?? at}>{told(each)}</li>)}{!coming.length && <li>{say("Nothing changes.", "不会有变化。")}</li>}</ul></>}</div>
        <div class="acts"><button autofocus class="primary" disabled={busy} aria-disabled={fresh} onClick={(event) => { if (fresh && isPointed(event)) event.preventDefault(); }}>{busy ? say("Working…", "处理中…") : title}</button>
          <button type="button" class="plain" disabled={busy} onClick={(event) => event.currentTarget.closest("dialog")?.close()}>{say("Back", "暂不")}</button></div>
      </form>
    </dialog>
  );
}
