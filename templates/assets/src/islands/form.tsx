/** The form of any form: live conditions and computed values, faults beside their fields, nothing typed is ever lost. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ask, me, newKey, Refused, say } from "../api";
import { deedOf, foresee, needsWords, remember, type Deed, type Written } from "../deeds";
import type { Action, Field, Filled, Form, Record_ } from "../definitions";
import { shownAs } from "../definitions";
import { faultsOf, lacking, listed, type Faults } from "../faults";
import { begin, clashes, divideRow, isTouched, keep, patchOf, removeRow, settle, tablesOf, write, writeRows, yieldTo, type Clash, type Draft, type Kept } from "../filling";
import { Follower } from "../live";
import { Dialogue, type Done } from "./dialogue";
import { Grid } from "./grid";
import { Input } from "./inputs";

/** `offered`: what a record that is there may be sent on with. */
interface Told { form: Form; record: Record_ | null; filled: Filled; offered?: Action[] }

/** An action that asks something, or that cannot be taken back: done when its dialogue is answered. */
interface Chosen { deed: Deed; effects: string[]; written: Written }

const WAIT = 250;

export function FormIsland({ form, record: read, filled: first, offered = [] }: Told) {
  const place = `draft:${me}:${form.form}:${read?.id ?? "new"}`;
  const [record, setRecord] = useState(read);
  const [filled, setFilled] = useState(first);
  const [draft, setDraft] = useState<Draft>(() => recalled(place, form, read, first));
  const [faults, setFaults] = useState<Faults>(new Map());
  const [said, setSaid] = useState<{ good: boolean; text: string; more: string[] } | null>(null);
  const [tried, setTried] = useState(false);
  const [met, setMet] = useState<Clash[]>([]);
  const [busy, setBusy] = useState(false);
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const key = useRef(newKey());
  const asked = useRef(0);
  const left = useRef(false);
  const follower = useMemo(() => new Follower(form, first.live ?? { trees: [], types: {} }), []);
  const { values, unseen, needed } = useMemo(() => follower.follow(draft.values, filled), [draft.values, filled]);

  useEffect(() => {
    if (!isTouched(draft)) return;
    localStorage.setItem(place, JSON.stringify(keep(form, draft, record?.revision ?? 0)));
    const mark = (asked.current += 1);
    const wait = setTimeout(() => void ask<Filled>("POST", `records/${form.form}${record ? `/${record.id}` : ""}/fill`, { values: patchOf(form, draft) })
      .then((answer) => {
        if (asked.current !== mark) return;
        setFilled(answer);
        setDraft((now) => settle(form, now, answer));
        setFaults(faultsOf(form, draft, answer.errors, ""));
      })
      .catch((error) => {
        if (!(error instanceof Refused)) throw error;
        if (error.problem.status === 0) setSaid({ good: false, text: error.problem.detail, more: [] });
        else if (asked.current === mark) setFaults(faultsOf(form, draft, error.problem.errors, ""));
      }), WAIT);
    return () => clearTimeout(wait);
  }, [draft.touched, draft.removed, draft.added]);

  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => { if (busy && !left.current) event.preventDefault(); };
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, [busy]);

  /** To the record, which tells what was done with it. */
  function leave(id: string, done?: { title: string; seq: number }): void {
    localStorage.removeItem(place);
    left.current = true;
    if (done) remember(id, done.title, done);
    location.assign(`/records/${form.form}/${id}`);
  }

  async function send(action?: Action | Begun): Promise<void> {
    setBusy(true);
    asked.current += 1;  // what `fill` still has to say is older than what comes now
    const written: Written = isTouched(draft) ? { values: patchOf(form, draft) } : {};
    try {
      if (record && action && "asks" in action) {
        const deed = deedOf(record, action);
        const { effects, ends } = await foresee(deed, form, written);
        setBusy(needsWords(deed) || ends || effects.length > 0);
        if (needsWords(deed) || ends || effects.length) return setChosen({ deed, effects, written });
      }
      const body = { id: draft.id, values: written.values ?? {}, ...(action ? { action: action.name } : {}) };
      const done = record ? await change(record, written, action?.name) : await ask("POST", `records/${form.form}`, body, { key: key.current });
      leave(done.id, action ? { title: action.title, seq: done.seq } : undefined);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setBusy(false);
      if (error.problem.status) key.current = newKey();
      await refused(error, !!action);
    }
  }

  /**
   * What was typed and what is done with it are one command: refused, nothing of it has happened. Somebody who only said
   * something about the record meanwhile (a comment) has changed nothing that is here: it is sent again as it stands.
   */
  async function change(read: Record_, written: Written, action?: string): Promise<{ id: string; seq: number }> {
    const path = `records/${form.form}/${read.id}`;
    const command = (revision: number) => action
      ? ask("POST", `${path}/actions/${action}`, { ...written, revision }, { key: key.current })
      : ask("PATCH", path, written.values ?? {}, { key: key.current, revision });
    try {
      return await command(read.revision);
    } catch (error) {
      if (!(error instanceof Refused) || error.problem.status !== 412) throw error;
      const newest = await ask<Record_>("GET", path);
      const fresh = await ask<Filled>("GET", `${path}/fill`);
      if (JSON.stringify(fresh.values) !== JSON.stringify(draft.base)) throw error;
      key.current = newKey();
      return command(newest.revision);
    }
  }

  async function refused({ problem }: Refused, acting: boolean): Promise<void> {
    if (problem.status === 412 && record) {
      const newest = await ask<Record_>("GET", `records/${form.form}/${record.id}`);
      const fresh = await ask<Filled>("GET", `records/${form.form}/${record.id}/fill`);
      setMet(clashes(form, draft, fresh.values));
      setRecord(newest);
      setFilled(fresh);
      setDraft((now) => settle(form, now, fresh, true));
      setSaid({ good: false, text: say("Somebody else changed this meanwhile. Your changes are kept; look at them and save again.", "其他人已修改此单。您的修改已保留，请核对后再保存。"), more: [] });
      return;
    }
    const found = faultsOf(form, draft, problem.errors, "/values");
    setFaults(found);
    setTried(acting);
    const size = new Set([...(acting ? lacks() : new Map()).keys(), ...found.keys()]).size;
    const count = size ? say(`${size} to correct. `, `有 ${size} 处需要修改。`) : "";
    setSaid({ good: false, text: count + problem.detail, more: listed(form, draft, problem.errors, "/values").filter((each) => each !== problem.detail) });
    requestAnimationFrame(lead);
  }

  const lacks = () => lacking(form, filled, values, unseen, needed);
  const marked: Faults = new Map([...(tried ? lacks() : []), ...faults]);
  const header = Object.entries(form.fields).filter(([name, field]) => field.type !== "table" && !unseen.has(name) && (filled.writable.includes(name) || values[name] != null));
  const begun = form.kind === "document" ? form.actions.filter((each) => each.from.includes(form.states[0]?.name ?? "")) : [];
  const onward = (record ? offered : begun)[0];
  const begins = !record || record.state === form.states[0]?.name;
  return (
    <form novalidate onSubmit={(event) => { event.preventDefault(); void send(onward); }}>
      {said && <div class={`message ${said.good ? "good" : "wrong"}`} role="alert"><strong>{said.text}</strong>{said.more.length > 0 && <ul>{said.more.map((each) => <li>{each}</li>)}</ul>}</div>}
      {met.map((clash) => (
        <div class="message" key={clash.at}><strong>{clash.title}</strong> {say("theirs: ", "对方：")}{shownAs(clash.field, clash.theirs)} · {say("mine: ", "我的：")}{shownAs(clash.field, clash.mine)}{" "}
          <button type="button" class="plain" onClick={() => { setDraft((now) => yieldTo(now, clash)); setMet(met.filter((each) => each !== clash)); }}>{say("Take theirs", "采用对方的")}</button>{" "}
          <button type="button" class="plain" onClick={() => setMet(met.filter((each) => each !== clash))}>{say("Keep mine", "保留我的")}</button></div>
      ))}
      <section class="card"><div class="fields">
        {header.map(([name, field]) => <HeaderField key={name} name={name} field={field} value={values[name] ?? null} writable={filled.writable.includes(name)} needed={needed.has(name)} fault={marked.get(name)} onChange={(value) => setDraft((now) => write(now, name, value))} />)}
      </div></section>
      {tablesOf(form).filter(([name]) => !unseen.has(name) && name in filled.values).map(([name, table]) => (
        <Grid key={name} name={name} table={table} rows={values[name] ?? []} filled={filled} unseen={unseen} needed={needed} faults={marked} added={draft.added}
          onWrite={(cells) => setDraft((now) => writeRows(now, name, cells))} onRemove={(row) => setDraft((now) => removeRow(now, name, row))} onDivide={(row) => setDraft((now) => divideRow(now, name, row, counts(table)))} />
      ))}
      <div class="stick">
        {onward && <button class="primary" data-action={onward.name} disabled={busy}>{onward.title}</button>}
        <button type="button" class={onward ? "plain" : "primary"} data-action="save" disabled={busy || (!!record && !isTouched(draft))} onClick={() => void send()}>{onward && begins ? say("Save draft", "保存草稿") : say("Save", "保存")}</button>
        {isTouched(draft) && <button type="button" class="plain" disabled={busy} onClick={() => { if (!confirm(say("Throw away what you typed here?", "确定放弃在此填写的内容吗？"))) return; localStorage.removeItem(place); location.reload(); }}>{say("Start over", "重新填写")}</button>}
        <small aria-live="polite">{isTouched(draft) ? say("Kept on this device", "已暂存在本机") : ""}</small>
      </div>
      {chosen && record && <Dialogue deed={chosen.deed} told={{ record: { ...record, tasks: [] }, form, may: [], mayNot: [] }} effects={chosen.effects} written={chosen.written} first={null}
        onEnd={() => { setChosen(null); setBusy(false); }}
        onDone={(done: Done) => leave(record.id, { title: chosen.deed.title, seq: done.seq })}
        onRefused={(error) => { setChosen(null); setBusy(false); void refused(error, true); }} />}
    </form>
  );
}

/** What a new record may be made and sent on with at once. */
type Begun = Form["actions"][number];

const counts = (table: Field): ReadonlySet<string> => new Set(Object.entries(table.fields ?? {}).filter(([, each]) => each.type === "quantity").map(([name]) => name));

/** To what is wrong: the field, or else what is told of it. */
function lead(): void {
  const place = document.querySelector<HTMLElement>('[aria-invalid="true"]');
  if (place) place.focus();
  else document.querySelector(".fault, [role=alert]")?.scrollIntoView({ block: "center" });
}

interface HeaderProps { name: string; field: Field; value: any; writable: boolean; needed: boolean; fault: string | undefined; onChange: (value: any) => void }

function HeaderField({ name, field, value, writable, needed, fault, onChange }: HeaderProps) {
  return (
    <div class="field" data-field={name}>
      <span>{field.title}{needed && writable && <b class="needed"> *</b>}</span>
      {writable ? <Input field={field} value={value} label={field.title} invalid={!!fault} required={needed} onChange={onChange} /> : <div>{shownAs(field, value)}</div>}
      {fault && <span class="fault">{fault}</span>}
      {field.help && <small>{field.help}</small>}
    </div>
  );
}

/** What was typed here before the page was left, unless the record has moved on without it. */
function recalled(place: string, form: Form, record: Record_ | null, filled: Filled): Draft {
  const fresh = begin(record, filled);
  try {
    const kept = JSON.parse(localStorage.getItem(place) ?? "null") as Kept | null;
    if (!kept) return fresh;
    const draft: Draft = { ...kept.draft, touched: new Set(kept.draft.touched), added: new Set(kept.draft.added) };
    return settle(form, draft, filled, kept.revision === (record?.revision ?? 0));
  } catch {
    return fresh;
  }
}
