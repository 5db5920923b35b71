/** The form of any form: live conditions and computed values, faults beside their fields, nothing typed is ever lost. */

import { useMemo, useRef } from "preact/hooks";
import { say } from "../api";
import type { Clash } from "../clashes";
import { Choosing, choosing } from "../codes";
import { unitOf, type Action, type Field, type Filled, type Form, type Record_ } from "../definitions";
import { faultsOf } from "../faults";
import { divideRow, isTouched, patchOf, removeRow, tablesOf, write, writeRows } from "../filling";
import { shownAs } from "../shown";
import { Dialogue, type Done } from "./dialogue";
import { Grid } from "./grid";
import { Input } from "./inputs";
import { useSending } from "./sending";
import { useTyping } from "./typing";

/** `offered`: what a record that is there may be sent on with. */
/** `awaited`: a picker elsewhere waits for what is made here, and `begun` is what was sought there. `filling`: it is filled in for that one action, and not without it. */
interface Told { form: Form; record: Record_ | null; filled: Filled; offered?: Action[]; awaited?: string; begun?: Record<string, string>; filling?: boolean }

export function FormIsland({ form, record: read, filled: first, offered = [], awaited = "", begun: sought = {}, filling = false }: Told) {
  const typing = useTyping(form, read, first, filling ? offered[0]!.name : null, sought);
  const sending = useSending(form, typing, awaited, filling ? offered[0]!.name : "");
  const { record, filled, draft, setDraft, values, unseen, needed } = typing;
  const { busy, chosen, marked, word } = sending;
  const heed = useMemo(() => faultsOf(form, draft, filled.warnings, ""), [draft, filled]);
  const start = form.states[0]?.name ?? "";
  const begun = form.kind === "document" ? form.actions.filter((each) => each.from.includes(start)) : [];
  const onward = (record ? offered : begun)[0];
  /** Defaults that others will say yes to later: until it is sent on they are nobody's word. */
  const offers = !record || record.state === start ? form.later : [];
  const shown = Object.entries(form.fields).filter(([name, field]) => field.type !== "table" && !unseen.has(name) && !offers.includes(name) && (filled.writable.includes(name) || values[name] != null));
  const latest = useRef(draft);
  latest.current = draft;
  const choose = useMemo(() => choosing(record ? `${form.form}/${record.id}` : form.form, () => patchOf(form, latest.current)), [record?.id]);
  return (
    <Choosing.Provider value={choose}>
    <form novalidate onSubmit={(event) => { event.preventDefault(); void sending.send(onward); }}>
      {word && <Wrong {...word} />}
      {sending.met.map((clash) => <Met key={clash.at} clash={clash} onResolve={(theirs) => sending.resolve(clash, theirs)} />)}
      <section class="card"><div class="fields">
        {shown.map(([name, field]) => <HeaderField key={name} name={name} field={field} value={values[name] ?? null} unit={unitOf(form, field, values, filled.units)}
          writable={filled.writable.includes(name)} needed={needed.has(name)} fault={marked.get(name)} heed={heed.get(name)} onChange={(value) => setDraft((now) => write(now, name, value))} />)}
      </div></section>
      {tablesOf(form).filter(([name]) => !unseen.has(name) && name in filled.values).map(([name, table]) => (
        <Grid key={name} form={form} offers={offers} name={name} table={table} rows={values[name] ?? []} filled={filled} unseen={unseen} needed={needed} faults={marked} heed={heed} added={draft.added}
          onWrite={(cells) => setDraft((now) => writeRows(now, name, cells))} onRemove={(row) => setDraft((now) => removeRow(now, name, row))} onDivide={(row) => setDraft((now) => divideRow(now, name, row, counts(table)))} />
      ))}
      <div class="stick">
        {onward && <button class="primary" data-action={onward.name} disabled={busy}>{onward.title}</button>}
        {!filling && <button type="button" class={onward ? "plain" : "primary"} data-action="save" disabled={busy || (!!record && !isTouched(draft))} onClick={() => void sending.send()}>{onward && (!record || record.state === start) ? say("Save draft", "保存草稿") : say("Save", "保存")}</button>}
        {isTouched(draft) && <button type="button" class="plain" disabled={busy} onClick={() => { if (!confirm(say("Throw away what you typed here?", "确定放弃在此填写的内容吗？"))) return; typing.forget(); location.reload(); }}>{say("Start over", "重新填写")}</button>}
        <small aria-live="polite">{isTouched(draft) ? say("Kept on this device", "已暂存在本机") : ""}</small>
      </div>
      {chosen && <Dialogue deed={chosen.deed} told={{ record: { ...(record ?? unborn(form, start)), tasks: [] }, form, may: [], mayNot: [] }} effects={chosen.effects} written={chosen.written} first={null}
        onEnd={sending.back} onDone={(done: Done) => sending.leave(done, chosen.deed)} onRefused={(error) => void sending.refused(error, chosen.deed)} />}
    </form>
    </Choosing.Provider>
  );
}

/** A record that is made by what is done. */
const unborn = (form: Form, state: string): Record_ => ({ id: "", form: form.form, number: null, state, revision: 0, values: {} });

const counts = (table: Field): ReadonlySet<string> => new Set(Object.entries(table.fields ?? {}).filter(([, each]) => each.widget === "quantity").map(([name]) => name));

const Wrong = ({ text, more }: { text: string; more: string[] }) => (
  <div class="message wrong" role="alert"><strong>{text}</strong>{more.length > 0 && <ul>{more.map((each) => <li key={each}>{each}</li>)}</ul>}</div>
);

/** Where somebody else and I wrote the same. */
const Met = ({ clash, onResolve }: { clash: Clash; onResolve: (theirs: boolean) => void }) => (
  <div class="message clash"><strong>{clash.title}</strong>
    <p>{clash.who || say("theirs", "对方")}{say(": ", "：")}{shownAs(clash.field, clash.theirs)} · {say("mine: ", "我的：")}{shownAs(clash.field, clash.mine)}</p>
    <div class="acts"><button type="button" class="plain" onClick={() => onResolve(true)}>{say("Take theirs", "采用对方的")}</button>
      <button type="button" class="plain" onClick={() => onResolve(false)}>{say("Keep mine", "保留我的")}</button></div></div>
);

interface HeaderProps { name: string; field: Field; value: any; writable: boolean; needed: boolean; unit: string | undefined; fault: string | undefined; heed: string | undefined; onChange: (value: any) => void }

function HeaderField({ name, field, value, writable, needed, unit, fault, heed, onChange }: HeaderProps) {
  return (
    <div class={writable ? "field" : "field fixed"} data-field={name}>
      <span>{field.title}{needed && writable && <b class="needed"> *</b>}</span>
      {writable ? <Input at={name} field={field} value={value} label={field.title} invalid={!!fault} required={needed} unit={unit} onChange={onChange} /> : <div>{shownAs(field, value)}{unit && value != null && <small class="unit"> {unit}</small>}</div>}
      {fault ? <span class="fault">{fault}</span> : heed && <span class="heed">{heed}</span>}
      {field.help && <small>{field.help}</small>}
    </div>
  );
}
