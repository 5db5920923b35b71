/** What may be done with a record now: one button for the next thing, the others in a menu, why not the rest on demand. */

import { useEffect, useRef, useState } from "preact/hooks";
import { ask, newKey, Refused, say } from "../api";
import { bodyOf, type Deed, deeds, foreseen, moved, moves, needsWords, remembered, type Told } from "../deeds";
import { isPointed, useFresh } from "../presses";
import { useBallots } from "./ballots";
import { Dialogue, type Done, goOn } from "./dialogue";

export { placed } from "./dialogue";

interface Chosen { deed: Deed; effects: string[]; first: Refused | null; rows?: string[] }

/** Whether this is the next step: a verdict, what is awaited, or what a record that waits for nobody is there for. Not what merely could be done. */
function leadsOn(deed: Deed, { record, form, edit }: Told): boolean {
  if (deed.givesUp) return false;
  if (deed.verdict || record.tasks.some((each) => each.kind === "expects" && each.step === deed.name)) return true;
  return !record.tasks.length && !(form.kind !== "document" && edit);
}

export function Actions(told: Told) {
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [busy, setBusy] = useState(false);
  const key = useRef(newKey());
  const fresh = useFresh();
  const all = deeds(told);
  const moving = moves(told);
  const ticked = useBallots(all, (deed, rows) => setChosen({ deed, effects: [], first: null, rows }));
  // What only gives the record up stands in the menu where something else can be done.
  const first = all[0]?.givesUp && told.edit ? undefined : all[0];
  /** What is asked of me and done when I have filled it in: nothing else is the next thing then. */
  const fills = told.toFill;
  const leads = !fills && first ? leadsOn(first, told) : false;

  const edit = `/records/${told.record.form}/${told.record.id}/edit`;

  /** Not by a press that was meant for what stood here before. */
  function press(event: MouseEvent, deed: Deed): void {
    if (!fresh || !isPointed(event)) void choose(deed);
  }

  async function choose(deed: Deed): Promise<void> {
    if (deed.fills) return location.assign(`${edit}?action=${deed.name}`);
    setBusy(true);
    const coming = deed.verdict ? null : await foreseen(deed, told);
    setBusy(false);
    const rows = ticked(deed);
    if (rows) return setChosen({ deed, effects: [], first: null, rows });
    if (needsWords(deed) || !coming || coming.ends || coming.effects.length) return setChosen({ deed, effects: coming?.effects ?? [], first: null });
    setBusy(true);
    try {
      const sent = { key: key.current, asks: {}, comment: "", to: "", revision: told.record.revision };
      await goOn(told, deed, await ask<Done>("POST", deed.path, bodyOf(deed, sent), { key: key.current }), coming.makes);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.problem.status) key.current = newKey();
      setBusy(false);
      setChosen({ deed, effects: [], first: error });
    }
  }

  const change = told.edit && <a class={leads || fills ? "plain" : "primary"} href={edit}>{say("Edit", "编辑")}</a>;
  const rest = first ? all.slice(1) : all;
  const verdicts = rest.filter((each) => each.verdict);
  const others = [...rest.filter((each) => !each.verdict), ...moving];
  return (
    <div class="acts">
      <Happened told={told} />
      {fills && <a class="primary" data-fill href={edit}>{fills}</a>}
      {!leads && change}
      {first && <button data-action={first.name} class={first.name === "reject" ? "danger" : leads ? "primary" : "plain"} disabled={busy} aria-disabled={fresh} onClick={(event) => press(event, first)}>{first.title}</button>}
      {verdicts.map((deed) => <button key={deed.path} data-action={deed.name} class={deed.name === "reject" ? "danger" : "plain"} disabled={busy} aria-disabled={fresh} onClick={(event) => press(event, deed)}>{deed.title}</button>)}
      {leads && change}
      <Menu told={told} others={others} onChoose={(deed) => void choose(deed)} />
      {chosen && <Dialogue deed={chosen.deed} told={told} effects={chosen.effects} first={chosen.first} {...(chosen.rows ? { written: { rows: chosen.rows } } : {})} onEnd={() => setChosen(null)} />}
    </div>
  );
}

function Menu({ told, others, onChoose }: { told: Told; others: Deed[]; onChoose: (deed: Deed) => void }) {
  const place = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const leave = (event: Event) => {
      const away = event instanceof KeyboardEvent ? event.key === "Escape" : !place.current?.contains(event.target as Node);
      if (away && place.current?.open) place.current.open = false;
    };
    document.addEventListener("click", leave);
    document.addEventListener("keydown", leave);
    return () => { document.removeEventListener("click", leave); document.removeEventListener("keydown", leave); };
  }, []);
  if (told.task && !others.length && !told.mayNot.length) return null;
  return (
    <details class="menu" ref={place}><summary class="plain">{say("More", "更多")}</summary><div>
      {others.map((deed) => <button key={deed.path} data-action={deed.name} onClick={() => { place.current!.open = false; onChoose(deed); }}>{deed.title}</button>)}
      {!told.task && <button onClick={() => { place.current!.open = false; print(); }}>{say("Print", "打印")}</button>}
      {told.mayNot.length > 0 && <ul class="closed" aria-label={say("Not possible now", "当前不可用")}>
        {told.mayNot.map((each) => <Closed key={each.name} told={told} each={each} />)}</ul>}
    </div></details>
  );
}

/** Something that is not possible now: why, who could, and where it is told at length. */
function Closed({ told: { record }, each }: { told: Told; each: Told["mayNot"][number] }) {
  const why = `/records/${record.form}/${record.id}/why?action=${each.name}`;
  return (
    <li><strong>{each.title}</strong><small>{each.because}{each.who ? ` ${say("Could: ", "可操作人：")}${each.who}` : ""}{" "}
      <a href={why} aria-label={say(`Why not: ${each.title}`, `为何不能${each.title}`)}>{say("Why?", "原因")}</a></small></li>
  );
}

/** After an action: what was done, where the record stands, what moved, and who is next. */
function Happened({ told }: { told: Told }) {
  const [done, setDone] = useState(() => (told.task ? null : remembered(told.record.id)));
  const [moves, setMoves] = useState<string[]>([]);
  useEffect(() => {
    if (!done) return;
    ask<{ items: any[] }>("GET", `stock/movements?record=${told.record.id}&after=${done.seq - 1}`)
      .then((found) => setMoves(found.items.filter((each) => each.seq === done.seq).map(moved)))
      .catch((error) => { if (!(error instanceof Refused)) throw error; });
  }, [done]);
  if (!done) return null;
  const state = told.form.states.find((each) => each.name === told.record.state)?.title ?? "";
  const next = [...new Set((told.waits ?? told.record.tasks).flatMap((each) => each.people ?? []).map((each) => each.title ?? each.code))].filter(Boolean);
  return (
    <div class="done-now" role="status"><strong>✓ {done.title}</strong>
      <span>{say("Now: ", "当前状态：")}{state}</span>
      {next.length > 0 && <span>{say("Next: ", "下一步：")}{next.slice(0, 4).join(say(", ", "、"))}</span>}
      <button aria-label={say("Close", "关闭")} onClick={() => setDone(null)}>×</button>
      {moves.length > 0 && <ul>{moves.slice(0, 5).map((each) => <li key={each}><small>{each}</small></li>)}{moves.length > 5 && <li><small>+{moves.length - 5}</small></li>}</ul>}</div>
  );
}
