/** A password of one's own choice, typed twice; what it must be is said before. Wherever one is signed in, that ends. */

import { useState } from "preact/hooks";
import { ask, Refused } from "../api";

interface Told { account: string; shortest: number; words: Record<"old" | "new" | "again" | "rule" | "ends" | "differ" | "short" | "save" | "done" | "sign_in", string> }

export function Password({ account, shortest, words }: Told) {
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const [done, setDone] = useState(false);
  const [busy, setBusy] = useState(false);

  async function save(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const sent = Object.fromEntries(new FormData(form)) as Record<string, string>;
    const [password = "", again = ""] = [sent["new"], sent["again"]];
    const found: Record<string, string> = [...password].length < shortest ? { new: words.short } : password !== again ? { again: words.differ } : {};
    setWrong(found);
    if (Object.keys(found).length) return form.querySelector<HTMLInputElement>(`[name=${Object.keys(found)[0]}]`)?.focus();
    setBusy(true);
    try {
      await ask("PUT", "me/password", { old: sent["old"], password });
      setDone(true);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const fault = error.problem.errors[0];
      const at = { "/old": "old", "/password": "new" }[fault?.path ?? ""] ?? "whole";
      setWrong({ [at]: fault?.message ?? error.problem.detail });
      setBusy(false);
      form.querySelector<HTMLInputElement>(`[name=${at}]`)?.focus();
    }
  }

  if (done) return <><p role="status" class="message good">{words.done}</p><p><a class="primary" href="/sign-in?to=/">{words.sign_in}</a></p></>;
  const field = (name: string, title: string, completes: string, rule = "") => (
    <label class="field"><span>{title}</span>
      <input class="form-control" name={name} type="password" autocomplete={completes} required aria-invalid={wrong[name] ? "true" : undefined} aria-describedby={rule ? "password-rule" : undefined} />
      {wrong[name] ? <span class="fault" role="alert">{wrong[name]}</span> : rule && <small id="password-rule">{rule}</small>}</label>
  );
  return (
    <form onSubmit={save} novalidate>
      {wrong["whole"] && <p role="alert" class="message wrong">{wrong["whole"]}</p>}
      <input type="text" autocomplete="username" value={account} readOnly hidden />
      {field("old", words.old, "current-password")}
      {field("new", words.new, "new-password", words.rule)}
      {field("again", words.again, "new-password")}
      <p class="quiet"><small>{words.ends}</small></p>
      <button class="primary" disabled={busy}>{words.save}</button>
    </form>
  );
}
