/** Who decides while I am away: named with two days, for everything or some forms, up to an amount; each ended alone. */

import { useState } from "preact/hooks";
import { ask, newKey, Refused, say } from "../api";
import type { Named } from "../definitions";
import { today } from "../moments";
import { Picker } from "./picker";

interface Period { id: string; says: string; who: string }
interface Told { people: string; forms: { form: string; title: string }[]; periods: Period[] }

export function Substitute({ people, forms, periods }: Told) {
  const [person, setPerson] = useState<Named | null>(null);
  const [from, setFrom] = useState(today());
  const [until, setUntil] = useState("");
  const [only, setOnly] = useState<string[]>([]);
  const [amount, setAmount] = useState("");
  const [refused, setRefused] = useState<Refused | null>(null);
  const [busy, setBusy] = useState(false);

  async function send(method: string, body: unknown, one = ""): Promise<void> {
    setBusy(true);
    try {
      await ask(method, `me/substitute${one}`, body, { key: newKey() });
      location.reload();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setRefused(error);
      setBusy(false);
    }
  }

  function save(event: SubmitEvent): void {
    event.preventDefault();
    void send("PUT", { person: person?.id ?? "", from, until, ...(only.length ? { forms: only } : {}), ...(amount.trim() ? { amount: amount.trim() } : {}) });
  }

  const faults = refused?.problem.errors ?? [];
  const at = (path: string) => faults.find((each) => each.path === path)?.message;
  const wrong = refused && !faults.some((each) => ["/person", "/from", "/until", "/amount"].includes(each.path));
  return (
    <>
      {periods.length > 0 && <ul class="stands">{periods.map((each) => (
        <li key={each.id}><span><strong>{each.who}</strong> {each.says}</span>
          <button type="button" class="plain" disabled={busy} aria-label={say(`End: ${each.who}`, `结束委托：${each.who}`)} onClick={() => void send("DELETE", undefined, `/${each.id}`)}>{say("End", "结束")}</button></li>))}</ul>}
      <form onSubmit={save} class="substitute">
      {wrong && <p class="message wrong" role="alert">{refused.problem.detail}</p>}
      <div class="field"><span>{say("Who", "代理人")}</span><Picker to={people} value={person} label={say("Who", "代理人")} invalid={!!at("/person")} onChange={setPerson} />
        {at("/person") && <span class="fault" role="alert">{at("/person")}</span>}</div>
      <div class="days">
        <label class="field"><span>{say("From", "自")}</span><input class="form-control" type="date" required min={today()} value={from} onInput={(event) => setFrom(event.currentTarget.value)} />
          {at("/from") && <span class="fault" role="alert">{at("/from")}</span>}</label>
        <label class="field"><span>{say("Until, that day included", "至（含当日）")}</span><input class="form-control" type="date" required min={from} value={until} onInput={(event) => setUntil(event.currentTarget.value)} />
          {at("/until") && <span class="fault" role="alert">{at("/until")}</span>}</label>
      </div>
      <details class="onlyfor"><summary>{only.length ? say(`Only for ${only.length} forms`, `仅限 ${only.length} 种单据`) : say("For everything", "全部单据")}</summary>
        {forms.map((each) => <label class="check" key={each.form}><input type="checkbox" class="form-check-input" checked={only.includes(each.form)}
          onChange={(event) => setOnly(event.currentTarget.checked ? [...only, each.form] : only.filter((name) => name !== each.form))} /> {each.title}</label>)}
      </details>
      <label class="field"><span>{say("Up to an amount (empty: any)", "金额上限（不填为不限）")}</span><input class="form-control number" inputMode="decimal" autocomplete="off" value={amount} aria-invalid={at("/amount") ? "true" : undefined} onInput={(event) => setAmount(event.currentTarget.value)} />
        {at("/amount") && <span class="fault" role="alert">{at("/amount")}</span>}</label>
      <div class="acts"><button class="primary" disabled={busy}>{say("Name as substitute", "设为代理人")}</button>
        {periods.length > 0 && <button type="button" class="plain" disabled={busy} onClick={() => void send("DELETE", undefined)}>{say("I am back: nobody acts for me", "我已返回，取消委托")}</button>}</div>
      </form>
    </>
  );
}
