/** What may be done with a record now: one button for the next thing, the others beside it, why not the rest on demand. */

import { useRef, useState } from "preact/hooks";
import { ask, newKey, Refused, say } from "../api";
import type { Action, Field, Form, Record_ } from "../definitions";
import { sendable } from "../definitions";
import { sayNext } from "../toast";
import { Input } from "./inputs";

interface Task { id: string; actions: string[]; kind: string; title: string | null }
interface Told { record: Record_ & { tasks: Task[] }; form: Form; may: Action[]; mayNot: Action[]; task?: Task }
interface Deed { name: string; title: string; path: string; asks: Record<string, Field>; verdict: boolean }

const VERDICTS: Record<string, string> = {
  approve: say("Approve", "同意"), reject: say("Reject", "拒绝"), return: say("Return", "退回"),
};

function deeds({ record, may, task }: Told): Deed[] {
  const tasks = task ? [task] : record.tasks.filter((each) => each.kind === "decide" && each.actions.length);
  const verdicts = tasks.filter((each) => each.kind === "decide").flatMap((each) =>
    each.actions.filter((name) => name in VERDICTS).map((name) => ({ name, title: VERDICTS[name]!, path: `tasks/${each.id}/${name}`, asks: {}, verdict: true })));
  const actions = may.map((each) => ({ name: each.name, title: each.title, path: `records/${record.form}/${record.id}/actions/${each.name}`, asks: each.asks, verdict: false }));
  const seen = new Set<string>();
  return [...verdicts, ...actions].filter((each) => !seen.has(each.path) && seen.add(each.path));
}

export function Actions(told: Told) {
  const [chosen, setChosen] = useState<Deed | null>(null);
  const all = deeds(told);
  if (!all.length && !told.mayNot.length) return null;
  return (
    <div class="acts">
      {all.map((deed, index) => (
        <button key={deed.path} data-action={deed.name} class={deed.name === "reject" ? "danger" : index === 0 ? "primary" : "plain"} onClick={() => setChosen(deed)}>{deed.title}</button>
      ))}
      {told.mayNot.length > 0 && (
        <details><summary class="plain">{say("Why not more?", "其他操作")}</summary>
          <ul>{told.mayNot.map((each) => <li key={each.name}><strong>{each.title}</strong>: {each.because}</li>)}</ul></details>
      )}
      {chosen && <Dialogue deed={chosen} told={told} onEnd={() => setChosen(null)} />}
    </div>
  );
}

function Dialogue({ deed, told, onEnd }: { deed: Deed; told: Told; onEnd: () => void }) {
  const [asks, setAsks] = useState<Record<string, any>>({});
  const [comment, setComment] = useState("");
  const [refused, setRefused] = useState<Refused | null>(null);
  const [busy, setBusy] = useState(false);
  const key = useRef(newKey());
  const { record } = told;

  async function go(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    const answers = Object.fromEntries(Object.entries(asks).filter(([, value]) => value !== null).map(([name, value]) => [name, sendable(value)]));
    const body: Record<string, unknown> = {};
    if (Object.keys(answers).length) body["asks"] = answers;
    if (comment.trim()) body["comment"] = comment.trim();
    if (!deed.verdict) body["revision"] = record.revision;
    try {
      const answer = await ask<{ state: string; number: string | null }>("POST", deed.path, body, { key: key.current });
      sayNext(happened(told.form, deed, answer));
      if (told.task) location.assign(nextTask());
      else location.reload();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      // What was refused is another command when it is sent again; what got no answer is the same.
      if (error.problem.status) key.current = newKey();
      setRefused(error);
      setBusy(false);
    }
  }

  const faults = refused?.problem.errors ?? [];
  const at = (name: string) => faults.find((each) => each.path === `/asks/${name}`);
  return (
    <dialog ref={(place) => { if (place && !place.open) place.showModal(); }} onClose={onEnd} aria-label={deed.title}>
      <form onSubmit={go}>
        <h2>{deed.title} · {told.form.title} {record.number ?? ""}</h2>
        {refused && <div class="message wrong" role="alert"><strong>{refused.problem.detail}</strong>
          <ul>{faults.filter((each) => each.message !== refused.problem.detail && !at(each.path.slice(6))).map((each) => <li>{placed(told.form, record, each.path)}{each.message}</li>)}</ul>
          {refused.problem.status === 412 && <button type="button" class="plain" onClick={() => location.reload()}>{say("Show what changed", "查看最新内容")}</button>}</div>}
        {Object.entries(deed.asks).map(([name, field]) => (
          <label class="field" key={name}><span>{field.title}{field.required && <b class="needed"> *</b>}</span>
            <Input field={field} label={field.title} value={asks[name] ?? null} invalid={!!at(name)} onChange={(value) => setAsks({ ...asks, [name]: value })} />
            {at(name) && <span class="fault">{at(name)!.message}</span>}</label>
        ))}
        <label class="field"><span>{say("Comment", "意见")}</span><textarea class="form-control" rows={2} value={comment} onInput={(event) => setComment(event.currentTarget.value)} /></label>
        <div class="acts"><button class={deed.name === "reject" ? "danger" : "primary"} disabled={busy}>{deed.title}</button>
          <button type="button" class="plain" onClick={onEnd}>{say("Cancel", "取消")}</button></div>
      </form>
    </dialog>
  );
}

/** What was done, to what, and where it stands now. */
function happened(form: Form, deed: Deed, answer: { state: string; number: string | null }): string {
  const state = form.states.find((each) => each.name === answer.state)?.title ?? "";
  return `${deed.title}: ${form.title} ${answer.number ?? ""}${state ? ` → ${state}` : ""}`;
}

/** The task below the one that is open, so that one goes on without choosing. */
function nextTask(): string {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-tasks] [data-task]")];
  const at = rows.findIndex((each) => "opened" in each.dataset);
  return (rows[at + 1] ?? rows[at - 1])?.querySelector<HTMLAnchorElement>("a.task")?.getAttribute("href") ?? "/tasks";
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
  return `${[field.title, Number.isInteger(row) ? String(first?.code ?? row + 1) : "", column?.title].filter(Boolean).join(" · ")}: `;
}
