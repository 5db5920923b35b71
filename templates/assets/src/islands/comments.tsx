/** What was said about a record, and a place to say more: `@` offers people who may see it, and tells whom one takes. */

import { useEffect, useRef, useState } from "preact/hooks";
import { ask, LOST, me, newKey, Refused, say } from "../api";
import { know } from "../following";
import { useBack } from "../lost";
import { tellMoments, told } from "../moments";

interface Said { at: string; who: string | null; face: string; words: string }
interface Someone { id: string; code: string; title: string }

/** What stands behind the last `@` before the cursor, if one is being written there. */
export function asked(words: string, at: number): string | null {
  const found = /(?:^|\s)@([^\s@]{0,40})$/.exec(words.slice(0, at));
  return found ? found[1]! : null;
}

export function Comments({ form, id, said }: { form: string; id: string; said: Said[] }) {
  const kept = `comment:${me}:${id}`;
  const [all, setAll] = useState(said);
  const [words, setWords] = useState(() => sessionStorage.getItem(kept) ?? "");
  const [named, setNamed] = useState<Someone[]>([]);
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  const key = useRef(newKey());
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => { if (list.current) tellMoments(list.current); }, [all]);

  useBack(() => setFault((now) => (now === LOST ? "" : now)));

  function write(next: string): void {
    setWords(next);
    sessionStorage.setItem(kept, next);
    key.current = newKey();
  }

  async function send(event: Event): Promise<void> {
    event.preventDefault();
    if (!words.trim() || busy) return;
    setBusy(true);
    setFault("");
    const mentions = named.filter((each) => words.includes(`@${each.title}`)).map((each) => each.id);
    try {
      know(await ask("POST", `records/${form}/${id}/comments`, { comment: words.trim(), ...(mentions.length ? { mentions } : {}) }, { key: key.current }));
      setAll([...all, { at: new Date().toISOString(), who: say("You", "您"), face: say("Me", "我"), words: words.trim() }]);
      write("");
      setNamed([]);
      sessionStorage.removeItem(kept);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.problem.status) key.current = newKey();
      setFault(error.problem.errors[0]?.message ?? error.problem.detail);
    }
    setBusy(false);
  }

  return (
    <>
      <ol class="said" ref={list}>{all.map((each, index) => (
        <li key={index}><span class="face" aria-hidden="true">{each.face}</span>
          <div><strong>{each.who}</strong> <small><time dateTime={each.at} data-moment="ago">{told(new Date(each.at), "ago")}</time></small><p>{each.words}</p></div></li>
      ))}</ol>
      <form class="speak" onSubmit={send}>
        <Words words={words} path={`records/${form}/${id}/people`} onWrite={write} onName={(who) => setNamed([...named, who])} onSend={send} />
        {fault && <p class="message wrong" role="alert">{fault}</p>}
        <div class="send"><small>{say("@ mentions somebody", "@ 可提及他人")}</small>
          <button class="plain" disabled={busy || !words.trim()}>{say("Comment", "发表评论")}</button></div>
      </form>
    </>
  );
}

interface Writing { words: string; path: string; onWrite: (words: string) => void; onName: (who: Someone) => void; onSend: (event: Event) => void }

function Words({ words, path, onWrite, onName, onSend }: Writing) {
  const [offered, setOffered] = useState<Someone[]>([]);
  const [at, setAt] = useState(0);
  const place = useRef<HTMLTextAreaElement>(null);
  const turn = useRef(0);

  async function look(): Promise<void> {
    const mine = ++turn.current;
    const sought = asked(place.current!.value, place.current!.selectionStart);
    if (sought === null) return setOffered([]);
    try {
      const found = await ask<{ items: Someone[] }>("GET", `${path}?q=${encodeURIComponent(sought)}`);
      if (mine === turn.current) { setOffered(found.items); setAt(0); }
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setOffered([]);
    }
  }

  function take(who: Someone): void {
    const cursor = place.current!.selectionStart;
    const head = words.slice(0, cursor).replace(/@[^\s@]*$/, `@${who.title} `);
    turn.current++;
    onWrite(head + words.slice(cursor));
    onName(who);
    setOffered([]);
    place.current!.focus();
  }

  function pressed(event: KeyboardEvent): void {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return onSend(event);
    if (!offered.length) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) setAt((at + step + offered.length) % offered.length);
    else if (event.key === "Enter" || event.key === "Tab") take(offered[at]!);
    else if (event.key === "Escape") setOffered([]);
    else return;
    event.preventDefault();
  }

  return (
    <>
      <textarea ref={place} class="form-control" rows={2} maxLength={4000} value={words} aria-label={say("Write a comment", "写评论")} placeholder={say("Write a comment", "写评论")}
        role="combobox" aria-expanded={offered.length > 0} aria-controls="mentions" aria-autocomplete="list" aria-activedescendant={offered.length ? `mention-${at}` : undefined}
        onInput={(event) => { onWrite(event.currentTarget.value); void look(); }} onKeyDown={pressed} onBlur={() => setOffered([])} />
      <ul id="mentions" class="suggest" role="listbox" aria-label={say("People", "人员")} hidden={!offered.length}>{offered.map((each, index) => (
        <li key={each.id} id={`mention-${index}`} role="option" aria-selected={index === at} onMouseDown={(event) => { event.preventDefault(); take(each); }}>{each.title} <small>{each.code}</small></li>
      ))}</ul>
    </>
  );
}
