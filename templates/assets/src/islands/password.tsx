/** A password of one's own choice. */

import { useState } from "preact/hooks";
import { ask, Refused } from "../api";

interface Told { account: string; words: { old: string; new: string; save: string; done: string } }

export function Password({ account, words }: Told) {
  const [said, setSaid] = useState<{ good: boolean; text: string } | null>(null);
  const [busy, setBusy] = useState(false);

  async function save(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const sent = Object.fromEntries(new FormData(form)) as Record<string, string>;
    setBusy(true);
    try {
      await ask("PUT", "me/password", { old: sent["old"], password: sent["new"] });
      form.reset();
      setSaid({ good: true, text: words.done });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setSaid({ good: false, text: error.problem.errors[0]?.message ?? error.problem.detail });
    } finally {
      setBusy(false);
    }
  }

  return (
    <form onSubmit={save}>
      {said && <p role={said.good ? "status" : "alert"} class={`message ${said.good ? "good" : "wrong"}`}>{said.text}</p>}
      <input type="text" autocomplete="username" value={account} readOnly hidden />
      <label class="field"><span>{words.old}</span><input class="form-control" name="old" type="password" autocomplete="current-password" required /></label>
      <label class="field"><span>{words.new}</span><input class="form-control" name="new" type="password" autocomplete="new-password" required minLength={8} /></label>
      <button class="primary" disabled={busy}>{words.save}</button>
    </form>
  );
}
