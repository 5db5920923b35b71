/** The form of any form: live conditions and computed values, faults beside their fields, nothing typed is ever lost. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ask, me, newKey, Refused, say, type Fault } from "../api";
import type { Field, Filled, Form, Record_, Row } from "../definitions";
import { shownAs } from "../definitions";
import { begin, clashes, isTouched, keep, patchOf, removeRow, settle, tablesOf, write, writeRows, yieldTo, type Clash, type Draft, type Kept } from "../filling";
import { Follower } from "../live";
import { Grid, type Faults } from "./grid";
import { Input } from "./inputs";

/** `offered`: of a record that nobody has sent on yet, the actions that it may be sent on with. */
interface Told { form: Form; record: Record_ | null; filled: Filled; offered?: string[] }

const WAIT = 250;

export function FormIsland({ form, record: read, filled: first, offered = [] }: Told) {
  const place = `draft:${me}:${form.form}:${read?.id ?? "new"}`;
  const [record, setRecord] = useState(read);
  const [filled, setFilled] = useState(first);
  const [draft, setDraft] = useState<Draft>(() => recalled(place, form, read, first));
  const [faults, setFaults] = useState<Faults>(new Map());
  const [said, setSaid] = useState<{ good: boolean; text: string; more: string[] } | null>(null);
  const [tried, setTried] = useState<string>();
  const [met, setMet] = useState<Clash[]>([]);
  const [busy, setBusy] = useState(false);
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

  async function send(action?: string): Promise<void> {
    setBusy(true);
    asked.current += 1;  // what `fill` still has to say is older than what comes now
    const values = patchOf(form, draft);
    try {
      const id = record ? await change(record, values, action) : (await ask("POST", `records/${form.form}`, { id: draft.id, values, ...(action ? { action } : {}) }, { key: key.current })).id;
      localStorage.removeItem(place);
      left.current = true;
      location.assign(`/records/${form.form}/${id}`);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setBusy(false);
      if (error.problem.status) key.current = newKey();
      await refused(error, action);
    }
  }

  /**
   * What was typed and what is done with it are one command: refused, nothing of it has happened. Somebody who only said
   * something about the record meanwhile (a comment) has changed nothing that is here: it is sent again as it stands.
   */
  async function change(read: Record_, values: Record<string, any>, action?: string): Promise<string> {
    const path = `records/${form.form}/${read.id}`;
    const command = (revision: number) => action
      ? ask("POST", `${path}/actions/${action}`, { ...(isTouched(draft) ? { values } : {}), revision }, { key: key.current })
      : ask("PATCH", path, values, { key: key.current, revision });
    try {
      await command(read.revision);
    } catch (error) {
      if (!(error instanceof Refused) || error.problem.status !== 412) throw error;
      const newest = await ask<Record_>("GET", path);
      const fresh = await ask<Filled>("GET", `${path}/fill`);
      if (JSON.stringify(fresh.values) !== JSON.stringify(draft.base)) throw error;
      key.current = newKey();
      await command(newest.revision);
    }
    return read.id;
  }

  /** What is needed and empty: told with the rest, although the server tells what it cannot read first. */
  function lacking(action?: string): Map<string, string> {
    const said = say("This is needed.", "此项必填。");
    const found = new Map<string, string>();
    if (!action) return found;
    for (const [name, field] of Object.entries(form.fields)) {
      if (field.type !== "table") {
        if (needed.has(name) && filled.writable.includes(name) && isBlank(values[name])) found.set(name, said);
        continue;
      }
      for (const column of Object.keys(field.fields ?? {})) {
        const place = `${name}.${column}`;
        if (!filled.writable.includes(place)) continue;
        for (const row of (values[name] ?? []) as Row[]) {
          if ((needed.has(place) || needed.has(`${place}#${row.row}`)) && !unseen.has(`${place}#${row.row}`) && isBlank(row[column])) found.set(`${name}#${row.row}.${column}`, said);
        }
      }
    }
    return found;
  }

  async function refused({ problem }: Refused, action?: string): Promise<void> {
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
    setTried(action);
    const elsewhere = problem.errors.filter((each) => !placeOf(form, draft, each, "/values")).map((each) => each.message);
    const size = new Set([...lacking(action).keys(), ...found.keys()]).size;
    const count = size ? say(`${size} to correct. `, `有 ${size} 处需要修改。`) : "";
    setSaid({ good: false, text: count + problem.detail, more: elsewhere.filter((each) => each !== problem.detail) });
    requestAnimationFrame(() => document.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  }

  const marked: Faults = new Map([...lacking(tried), ...faults]);
  const header = Object.entries(form.fields).filter(([name, field]) => field.type !== "table" && !unseen.has(name) && (filled.writable.includes(name) || values[name] != null));
  const actions = form.actions.filter((each) => (record ? offered.includes(each.name) : form.kind === "document" && each.from.includes(form.states[0]?.name ?? "")));
  return (
    <form novalidate onSubmit={(event) => { event.preventDefault(); void send(actions[0]?.name); }}>
      {said && <div class={`message ${said.good ? "good" : "wrong"}`} role="alert"><strong>{said.text}</strong>{said.more.length > 0 && <ul>{said.more.map((each) => <li>{each}</li>)}</ul>}</div>}
      {met.map((clash) => (
        <div class="message" key={clash.at}><strong>{clash.title}</strong> {say("theirs", "对方")}: {shownAs(clash.field, clash.theirs)} · {say("mine", "我的")}: {shownAs(clash.field, clash.mine)}{" "}
          <button type="button" class="plain" onClick={() => { setDraft((now) => yieldTo(now, clash)); setMet(met.filter((each) => each !== clash)); }}>{say("Take theirs", "采用对方的")}</button>{" "}
          <button type="button" class="plain" onClick={() => setMet(met.filter((each) => each !== clash))}>{say("Keep mine", "保留我的")}</button></div>
      ))}
      <section class="card"><div class="fields">
        {header.map(([name, field]) => <HeaderField key={name} name={name} field={field} value={values[name] ?? null} writable={filled.writable.includes(name)} needed={needed.has(name)} fault={marked.get(name)} onChange={(value) => setDraft((now) => write(now, name, value))} />)}
      </div></section>
      {tablesOf(form).filter(([name]) => !unseen.has(name) && name in filled.values).map(([name, table]) => (
        <Grid key={name} name={name} table={table} rows={values[name] ?? []} filled={filled} unseen={unseen} needed={needed} faults={marked}
          onWrite={(cells) => setDraft((now) => writeRows(now, name, cells))} onRemove={(row) => setDraft((now) => removeRow(now, name, row))} />
      ))}
      <div class="stick">
        {actions.slice(0, 1).map((each) => <button key={each.name} class="primary" data-action={each.name} disabled={busy}>{each.title}</button>)}
        <button type="button" class={actions.length ? "plain" : "primary"} data-action="save" disabled={busy || (!!record && !isTouched(draft))} onClick={() => void send()}>{actions.length ? say("Save draft", "保存草稿") : say("Save", "保存")}</button>
        {isTouched(draft) && <button type="button" class="plain" disabled={busy} onClick={() => { if (!confirm(say("Throw away what you typed here?", "确定放弃在此填写的内容吗？"))) return; localStorage.removeItem(place); location.reload(); }}>{say("Start over", "重新填写")}</button>}
        <small aria-live="polite">{isTouched(draft) ? say("Kept on this device", "已暂存在本机") : ""}</small>
      </div>
    </form>
  );
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

const isBlank = (value: any): boolean => value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);

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

/** Which field or cell a fault means; nothing when it means the whole. */
function placeOf(form: Form, draft: Draft, fault: Fault, base: string): string | null {
  const path = base && fault.path.startsWith(base) ? fault.path.slice(base.length) : fault.path;
  const [, name, index, column] = path.split("/");
  const field = form.fields[name ?? ""];
  if (!field) return null;
  if (field.type !== "table") return name!;
  const sent: Row[] = (patchOf(form, draft)[name!] ?? []) as Row[];
  const row = fault.row ?? sent[Number(index)]?.row;
  return row && column ? `${name}#${row}.${column}` : null;
}

function faultsOf(form: Form, draft: Draft, errors: readonly Fault[], base: string): Faults {
  const found = new Map<string, string>();
  for (const fault of errors) {
    const at = placeOf(form, draft, fault, base);
    if (at) found.set(at, fault.message);
  }
  return found;
}
