/** Sends what somebody typed, alone or with what he does; says what is wrong with it, and what others changed meanwhile. */

import { useEffect, useRef, useState } from "preact/hooks";
import { ask, newKey, Refused, say } from "../api";
import { deedOf, foresee, needsWords, remember, type Coming, type Deed, type Written } from "../deeds";
import type { Action, Filled, Form, Record_ } from "../definitions";
import { takeDrawn } from "../drawn";
import { complaint, faultsOf, lacking, standing, type Faults } from "../faults";
import { handOver } from "../making";
import { sayNext } from "../toast";
import { clashes, yieldTo, type Clash, type Past } from "../clashes";
import { isTouched, patchOf, settle } from "../filling";
import type { Typing } from "./typing";

/** An action that asks something, or that cannot be taken back: done when its dialogue is answered. */
export interface Chosen { deed: Deed; effects: string[]; written: Written }
export interface Sent { id: string; seq: number }

export function useSending(form: Form, typing: Typing, awaited = "", filling = "") {
  const { record, draft, filled, faults } = typing;
  const newest = useRef(draft);
  newest.current = draft;
  const [tried, setTried] = useState(false);
  const [met, setMet] = useState<Clash[]>([]);
  const [busy, setBusy] = useState(false);
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const key = useRef(newKey());
  const left = useRef(false);
  const lacks = () => lacking(form, filled, typing.values, typing.unseen, typing.needed);

  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => { if (busy && !left.current) event.preventDefault(); };
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, [busy]);

  async function send(action?: Action): Promise<void> {
    setBusy(true);
    if (!(await takeDrawn())) return setBusy(false);
    // What was drawn has reached the draft when it is shown.
    await new Promise((shown) => setTimeout(shown));
    typing.overtake();
    const draft = newest.current;
    const values = isTouched(draft) ? { values: patchOf(form, draft) } : {};
    const written: Written = record ? values : { id: draft.id, values: {}, ...values, ...(action ? { action: action.name } : {}) };
    try {
      const coming = action && (await before(record, form, action, written));
      if (coming) return setChosen({ ...coming, written });
      leave(record ? await change(record, written, action?.name) : await ask("POST", `records/${form.form}`, written, { key: key.current }), action);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.problem.status) key.current = newKey();
      await refused(error, action);
    }
  }

  /**
   * What was typed and what is done with it are one command: refused, nothing of it has happened. Somebody who only said
   * something about the record meanwhile (a comment) has changed nothing that is here: it is sent again as it stands.
   */
  async function change(read: Record_, written: Written, action?: string): Promise<Sent> {
    const path = `records/${form.form}/${read.id}`;
    const command = (revision: number) => action
      ? ask<Sent>("POST", `${path}/actions/${action}`, { ...written, revision }, { key: key.current })
      : ask<Sent>("PATCH", path, written.values ?? {}, { key: key.current, revision });
    try {
      return await command(read.revision);
    } catch (error) {
      if (!(error instanceof Refused) || error.problem.status !== 412) throw error;
      const newest = await ask<Record_>("GET", path);
      const fresh = await ask<Filled>("GET", `${path}/fill${filling && `?action=${filling}`}`);
      if (JSON.stringify(fresh.values) !== JSON.stringify(draft.base)) throw error;
      key.current = newKey();
      return command(newest.revision);
    }
  }

  /** To the record, which tells what was done with it. */
  function leave(sent: Sent, action?: { title: string }): void {
    typing.forget();
    left.current = true;
    if (awaited) handOver(awaited, { form: form.form, id: sent.id });
    if (action) remember(sent.id, action.title, sent);
    else sayNext(say("Saved.", "已保存。"));
    location.assign(`/records/${form.form}/${sent.id}`);
  }

  async function refused(error: Refused, action?: { name: string }): Promise<void> {
    const { problem } = error;
    setChosen(null);
    setBusy(false);
    if (problem.status === 412 && record) return merge(record);
    typing.setFaults(faultsOf(form, draft, problem.errors, "/values"));
    setTried(!!action);
    if (action) typing.want(action.name);
    typing.setSaid(complaint(form, draft, problem, "/values", !!action));
    requestAnimationFrame(lead);
  }

  /** What somebody else changed, with mine over it; where both wrote, both are shown. */
  async function merge(read: Record_): Promise<void> {
    const path = `records/${form.form}/${read.id}`;
    const newest = await ask<Record_>("GET", path);
    const fresh = await ask<Filled>("GET", `${path}/fill${filling && `?action=${filling}`}`);
    const past = await ask<{ items: Past[] }>("GET", `${path}/history?newest=true`);
    const since = past.items.filter((each) => each.at > (read.updated ?? "") && each.changes.length > 0);
    setMet(clashes(form, draft, fresh.values, since));
    const who = [...new Set(since.map((each) => each.person?.title ?? each.person?.code))].filter(Boolean).join(say(", ", "、")) || say("Somebody else", "其他人");
    typing.setRecord(newest);
    typing.setFilled(fresh);
    typing.setDraft((now) => settle(form, now, fresh, true));
    typing.setSaid({ text: say(`${who} changed this meanwhile. Your changes are kept; look at them and save again.`, `${who} 已修改此单。您的修改已保留，请核对后再保存。`), more: [] });
  }

  /** Theirs instead of mine, or mine as it stands. */
  function resolve(clash: Clash, theirs: boolean): void {
    if (theirs) typing.setDraft((now) => yieldTo(now, clash));
    setMet(met.filter((each) => each !== clash));
  }

  const marked: Faults = new Map([...(tried ? lacks() : []), ...faults]);
  const word = typing.said && standing(typing.said, marked);
  const mended = typing.said !== null && word === null;
  // Mended is mended: what goes wrong afterwards is marked where it is, and the form does not jump again.
  useEffect(() => { if (mended) typing.setSaid(null); }, [mended]);

  return {
    busy, chosen, met, resolve, send, leave, refused, marked, word,
    /** Back from the dialogue, with everything as it was typed. */
    back: () => { setChosen(null); setBusy(false); },
  };
}

/** What is asked or named before an action is done; null: nothing, it is done at once. */
async function before(record: Record_ | null, form: Form, action: Action, written: Written): Promise<{ deed: Deed; effects: string[] } | null> {
  const deed = record ? deedOf(record, action) : { ...deedOf({ id: "", form: form.form } as Record_, action), path: `records/${form.form}` };
  const { effects, ends }: Coming = await foresee(deed, form, written);
  return needsWords(deed) || ends || effects.length ? { deed, effects } : null;
}

/** To what is wrong: the field, or else what is told of it. */
function lead(): void {
  const place = document.querySelector<HTMLElement>('[aria-invalid="true"]');
  if (place) place.focus();
  else document.querySelector(".fault, [role=alert]")?.scrollIntoView({ block: "center" });
}
