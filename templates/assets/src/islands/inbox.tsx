/** Many tasks at once, and the keys of the inbox: j k to move, a r to decide, x to select, ? for help. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { ask, me, newKey, Refused, say, type Problem } from "../api";
import { inbox } from "../next";
import { sayNext } from "../toast";

interface Task { id: string; says: string; bulk: string[] }
interface Answer { id: string; status: number; body: Problem & { state?: string } }

const VERDICTS = ["approve", "reject"] as const;
type Verdict = (typeof VERDICTS)[number];
const TITLES: Record<Verdict, string> = { approve: say("Approve", "同意"), reject: say("Reject", "拒绝") };
const KEYS: [string, string][] = [
  ["j k", say("next, previous task", "下一项、上一项")],
  ["a", say("approve", "同意")],
  ["r", say("return, or reject", "退回或拒绝")],
  ["x", say("select; with Shift up to here", "选择；按住 Shift 连选")],
  ["c", say("say something about it", "评论")],
  ["Enter", say("open the record", "打开单据")],
  ["Esc", say("select nothing", "取消选择")],
  ["/", say("search", "搜索")],
];

export function Inbox({ tasks }: { tasks: Task[] }) {
  const [selected, setSelected] = useState<ReadonlySet<string>>(() => kept(tasks));
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [help, setHelp] = useState(false);
  const last = useRef<string | null>(null);
  const many = tasks.filter((each) => each.bulk.length);

  function turn(id: string, range: boolean): void {
    setSelected((now) => {
      const next = new Set(now);
      const on = !next.has(id);
      const at = many.findIndex((each) => each.id === id);
      const from = range && last.current ? many.findIndex((each) => each.id === last.current) : at;
      for (const each of many.slice(Math.min(from, at), Math.max(from, at) + 1)) on ? next.add(each.id) : next.delete(each.id);
      last.current = id;
      return next;
    });
  }

  useEffect(() => {
    for (const box of boxes()) box.checked = selected.has(box.value);
    sessionStorage.setItem(KEPT, JSON.stringify([...selected]));
  }, [selected]);

  // Before the first paint: whoever sees the buttons may press the keys.
  useLayoutEffect(() => {
    const clicked = (event: MouseEvent) => {
      const box = event.target;
      if (box instanceof HTMLInputElement && box.closest("[data-tasks] .tick")) turn(box.value, event.shiftKey);
    };
    const pressed = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && (/^(TEXTAREA|SELECT)$/.test(event.target.tagName) || (event.target instanceof HTMLInputElement && event.target.type !== "checkbox"));
      if (typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
      const opened = document.querySelector<HTMLElement>("[data-opened]")?.dataset["task"] ?? null;
      if (event.key.toLowerCase() === "x" && opened && many.some((each) => each.id === opened)) turn(opened, event.shiftKey);
      else if (event.key === "Escape") setSelected(new Set());
      else if (event.key === "?") setHelp(true);
      else if (event.key === "a") decide("approve", ["approve"]);
      else if (event.key === "r") decide("reject", ["return", "reject"]);
      else if (event.key === "c") document.querySelector<HTMLElement>(".opened [data-island=comments] textarea")?.focus();
      else if (event.key === "Enter" && !(event.target instanceof HTMLAnchorElement || event.target instanceof HTMLButtonElement)) document.querySelector<HTMLAnchorElement>("[data-record]")?.click();
      else return;
      event.preventDefault();
    };
    document.addEventListener("click", clicked);
    document.addEventListener("keydown", pressed);
    return () => { document.removeEventListener("click", clicked); document.removeEventListener("keydown", pressed); };
  });

  /** What is selected, else the task that is open, by its own button and dialogue. */
  function decide(many: Verdict, one: string[]): void {
    if (selected.size) return setVerdict(offered(many) ? many : null);
    const button = one.map((each) => document.querySelector<HTMLElement>(`.opened [data-action=${each}]`)).find(Boolean);
    button?.click();
  }

  const chosen = tasks.filter((each) => selected.has(each.id));
  const offered = (each: Verdict) => chosen.length > 0 && chosen.every((task) => task.bulk.includes(each));
  return (
    <div class="bulkplace">
      {many.length > 1 && <p class="hint">
        <label><input type="checkbox" class="form-check-input" checked={chosen.length === many.length} onChange={() => setSelected(chosen.length === many.length ? new Set() : new Set(many.map((each) => each.id)))} /> {say("Select all", "全选")}</label>
        <button type="button" class="link" onClick={() => setHelp(true)}>{say("Keys", "快捷键")} <kbd>?</kbd></button></p>}
      {chosen.length > 0 && (
        <div class="bulk" role="region" aria-label={say("Selected tasks", "已选事项")}>
          <strong>{say(`${chosen.length} selected`, `已选 ${chosen.length} 项`)}</strong>
          {VERDICTS.filter(offered).map((each) => <button key={each} type="button" data-bulk={each} class={each === "approve" ? "primary" : "danger"} onClick={() => setVerdict(each)}>{TITLES[each]}</button>)}
          <button type="button" class="plain" onClick={() => setSelected(new Set())}>{say("Clear", "取消")}</button>
        </div>
      )}
      {verdict && <Bulk verdict={verdict} tasks={chosen} onEnd={() => setVerdict(null)} />}
      {help && <Keys onEnd={() => setHelp(false)} />}
    </div>
  );
}

/** What was selected stays so while one goes from task to task in this window; what is done is selected no more. */
const KEPT = `selected ${me}`;
function kept(tasks: Task[]): Set<string> {
  const before: string[] = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
  return new Set(before.filter((id) => tasks.some((each) => each.id === id && each.bulk.length)));
}

const boxes = (): HTMLInputElement[] => [...document.querySelectorAll<HTMLInputElement>("[data-tasks] .tick input")];
const opens = (place: HTMLDialogElement | null): void => { if (place && !place.open) place.showModal(); };

function Keys({ onEnd }: { onEnd: () => void }) {
  return (
    <dialog ref={opens} onClose={onEnd} aria-label={say("Keys", "快捷键")}>
      <h2>{say("Keys", "快捷键")}</h2>
      <dl class="keys">{KEYS.map(([key, does]) => <div key={key}><dt>{key.split(" ").map((each) => <kbd key={each}>{each}</kbd>)}</dt><dd>{does}</dd></div>)}</dl>
      <div class="acts"><button type="button" class="primary" onClick={(event) => event.currentTarget.closest("dialog")?.close()}>{say("Close", "关闭")}</button></div>
    </dialog>
  );
}

/** One verdict for all of them, and what came of each. */
function Bulk({ verdict, tasks, onEnd }: { verdict: Verdict; tasks: Task[]; onEnd: () => void }) {
  const [comment, setComment] = useState("");
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  const [answers, setAnswers] = useState<Answer[] | null>(null);
  const key = useRef(newKey());

  async function go(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    try {
      const body = { ids: tasks.map((each) => each.id), ...(comment.trim() ? { comment: comment.trim() } : {}) };
      const found = await ask<{ items: Answer[] } | Answer[]>("POST", `tasks/actions/${verdict}`, body, { key: key.current });
      const all = Array.isArray(found) ? found : found.items;
      if (all.every((each) => each.status < 300)) {
        sayNext(say(`${TITLES[verdict]}: ${all.length} done`, `${TITLES[verdict]}：完成 ${all.length} 项`));
        location.assign(inbox());
      } else setAnswers(all);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setWrong(error.problem.errors[0]?.message ?? error.problem.detail);
      setBusy(false);
    }
  }

  const done = answers?.filter((each) => each.status < 300).length ?? 0;
  return (
    <dialog ref={opens} onClose={() => (answers ? location.assign(inbox()) : onEnd())} aria-label={TITLES[verdict]}>
      <form onSubmit={go}>
        <h2>{TITLES[verdict]} · {say(`${tasks.length} tasks`, `${tasks.length} 项`)}</h2>
        {wrong && <p class="message wrong" role="alert">{wrong}</p>}
        {answers ? (
          <>
            <p role="status">{say(`${done} done, ${answers.length - done} not.`, `完成 ${done} 项，${answers.length - done} 项未完成。`)}</p>
            <ul class="outcomes">{tasks.map((task) => <Outcome key={task.id} task={task} answer={answers.find((each) => each.id === task.id)} />)}</ul>
            <div class="acts"><button type="button" class="primary" onClick={() => location.assign(inbox())}>{say("Go on", "继续")}</button></div>
          </>
        ) : (
          <>
            <ul class="outcomes">{tasks.slice(0, 10).map((task) => <li key={task.id}>{task.says}</li>)}{tasks.length > 10 && <li>{say(`and ${tasks.length - 10} more`, `以及其他 ${tasks.length - 10} 项`)}</li>}</ul>
            <label class="field"><span>{say("Comment", "意见")}</span><textarea class="form-control" rows={2} value={comment} onInput={(event) => setComment(event.currentTarget.value)} /></label>
            <div class="acts"><button autofocus={verdict === "approve"} class={verdict === "approve" ? "primary" : "danger"} disabled={busy}>{busy ? say("Working…", "处理中…") : TITLES[verdict]}</button>
              <button type="button" class="plain" disabled={busy} onClick={(event) => event.currentTarget.closest("dialog")?.close()}>{say("Cancel", "取消")}</button></div>
          </>
        )}
      </form>
    </dialog>
  );
}

function Outcome({ task, answer }: { task: Task; answer: Answer | undefined }) {
  const good = !!answer && answer.status < 300;
  const why = answer?.body.errors?.map((each) => each.message).join(" ") || answer?.body.detail;
  return <li class={good ? "good" : "wrong"}><strong>{task.says}</strong> {good ? say("done", "已完成") : why}</li>;
}
