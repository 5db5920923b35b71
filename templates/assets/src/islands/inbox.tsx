/** Many tasks at once, and the keys of the inbox: j k to move, a r to decide, x to select, ? for help. */

import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { me, say } from "../api";
import { inbox } from "../next";
import { isElsewhere } from "../keys";
import { arrived } from "../opening";
import { useSelecting } from "../selecting";
import { Bulk, opens } from "./bulk";

interface Task { id: string; says: string; bulk: string[] }

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
  const many = tasks.filter((each) => each.bulk.length);
  const ids = many.map((each) => each.id);
  const { selected, turn, select } = useSelecting(ids, () => kept(tasks));
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [help, setHelp] = useState(false);

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
      if (isElsewhere(event) || event.repeat) return;
      const opened = document.querySelector<HTMLElement>("[data-opened]")?.dataset["task"] ?? null;
      if (event.key.toLowerCase() === "x" && opened && ids.includes(opened)) turn(opened, event.shiftKey);
      else if (event.key === "Escape") select([]);
      else if (event.key === "?") setHelp(true);
      else if (event.key === "a") decide("approve", ["approve"]);
      else if (event.key === "r") decide("reject", ["return", "reject"]);
      else if (event.key === "Enter" && !(event.target instanceof HTMLAnchorElement || event.target instanceof HTMLButtonElement)) presses(["[data-record]"]);
      else return;
      event.preventDefault();
    };
    document.addEventListener("click", clicked);
    document.addEventListener("keydown", pressed);
    return () => { document.removeEventListener("click", clicked); document.removeEventListener("keydown", pressed); };
  });

  /** What is selected, else the task that is open, by its own button and dialogue; also when that alone is selected. */
  function decide(many: Verdict, one: string[]): void {
    const alone = selected.size === 1 && selected.has(document.querySelector<HTMLElement>("[data-opened]")?.dataset["task"] ?? "");
    if (selected.size && !alone) return setVerdict(offered(many) ? many : null);
    presses(one.map((each) => `.opened [data-action=${each}]`));
  }

  const chosen = tasks.filter((each) => selected.has(each.id));
  const offered = (each: Verdict) => chosen.length > 0 && chosen.every((task) => task.bulk.includes(each));
  return (
    <div class="bulkplace">
      {many.length > 1 && <p class="hint">
        <label><input type="checkbox" class="form-check-input" checked={chosen.length === many.length} onChange={() => select(chosen.length === many.length ? [] : ids)} /> {say("Select all", "全选")}</label>
        <button type="button" class="link" onClick={() => setHelp(true)}>{say("Keys", "快捷键")} <kbd>?</kbd></button></p>}
      {chosen.length > 0 && (
        <div class="bulk" role="region" aria-label={say("Selected tasks", "已选事项")}>
          <strong>{say(`${chosen.length} selected`, `已选 ${chosen.length} 项`)}</strong>
          {VERDICTS.filter(offered).map((each) => <button key={each} type="button" data-bulk={each} class={each === "approve" ? "primary" : "danger"} onClick={() => setVerdict(each)}>{TITLES[each]}</button>)}
          <button type="button" class="plain" onClick={() => select([])}>{say("Clear", "取消")}</button>
        </div>
      )}
      {verdict && <Bulk title={TITLES[verdict]} danger={verdict === "reject"} path={`tasks/actions/${verdict}`} items={chosen} back={inbox()} onEnd={() => setVerdict(null)} />}
      {help && <Keys onEnd={() => setHelp(false)} />}
    </div>
  );
}

/** The first of these that is there, of the record that is open: when it has arrived. */
function presses(places: string[]): void {
  void arrived().then((here) => here && places.map((each) => document.querySelector<HTMLElement>(each)).find(Boolean)?.click());
}

/** What was selected stays so while one goes from task to task in this window; what is done is selected no more. */
const KEPT = `selected ${me}`;
function kept(tasks: Task[]): Set<string> {
  const before: string[] = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
  return new Set(before.filter((id) => tasks.some((each) => each.id === id && each.bulk.length)));
}

const boxes = (): HTMLInputElement[] => [...document.querySelectorAll<HTMLInputElement>("[data-tasks] .tick input")];

function Keys({ onEnd }: { onEnd: () => void }) {
  return (
    <dialog ref={opens} onClose={onEnd} aria-label={say("Keys", "快捷键")}>
      <h2>{say("Keys", "快捷键")}</h2>
      <dl class="keys">{KEYS.map(([key, does]) => <div key={key}><dt>{key.split(" ").map((each) => <kbd key={each}>{each}</kbd>)}</dt><dd>{does}</dd></div>)}</dl>
      <div class="acts"><button type="button" class="primary" onClick={(event) => event.currentTarget.closest("dialog")?.close()}>{say("Close", "关闭")}</button></div>
    </dialog>
  );
}
