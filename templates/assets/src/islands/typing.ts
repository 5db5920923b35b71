/** What somebody types into a form: kept on his device, followed at once, and soon by the server's word. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ask, me, Refused } from "../api";
import type { Filled, Form, Record_ } from "../definitions";
import { faultsOf, type Faults, type Word } from "../faults";
import { useBack } from "../lost";
import { begin, isTouched, keep, patchOf, settle, write, type Draft, type Kept } from "../filling";
import { Follower } from "../live";

const WAIT = 250;

export function useTyping(form: Form, read: Record_ | null, first: Filled, action: string | null = null, begun: Record<string, string> = {}) {
  const place = `draft:${me}:${form.form}:${read?.id ?? "new"}${action ? `:${action}` : ""}`;
  const [record, setRecord] = useState(read);
  const [filled, setFilled] = useState(first);
  const [draft, setDraft] = useState<Draft>(() => Object.entries(begun).reduce((kept, [name, value]) => write(kept, name, value), recalled(place, form, read, first)));
  const [faults, setFaults] = useState<Faults>(new Map());
  const [said, setSaid] = useState<Word | null>(null);
  const asked = useRef(0);
  /** What it is filled in for, or what was refused when it was to be done: from then on the server says what that still lacks. */
  const wanted = useRef<string | null>(action);
  const follower = useMemo(() => new Follower(form, first.live ?? { trees: [], types: {} }), []);
  const followed = useMemo(() => follower.follow(draft.values, filled), [draft.values, filled]);

  useEffect(() => {
    if (!isTouched(draft)) return;
    localStorage.setItem(place, JSON.stringify(keep(form, draft, record?.revision ?? 0)));
    const mark = (asked.current += 1);
    const wait = setTimeout(() => void ask<Filled>("POST", `records/${form.form}${record ? `/${record.id}` : ""}/fill`, { values: patchOf(form, draft), ...(wanted.current ? { action: wanted.current } : {}) })
      .then((answer) => {
        setSaid((now) => (now?.lost ? null : now));
        if (asked.current !== mark) return;
        setFilled(answer);
        setDraft((now) => settle(form, now, answer));
        setFaults(faultsOf(form, draft, answer.errors, ""));
      })
      .catch((error) => {
        if (!(error instanceof Refused)) throw error;
        if (error.problem.status === 0) setSaid({ text: error.problem.detail, more: [], lost: true });
        else if (asked.current === mark) setFaults(faultsOf(form, draft, error.problem.errors, ""));
      }), WAIT);
    return () => clearTimeout(wait);
  }, [draft.touched, draft.removed, draft.added]);

  useBack(() => setSaid((now) => (now?.lost ? null : now)));

  return {
    ...followed, record, setRecord, filled, setFilled, draft, setDraft, faults, setFaults, said, setSaid,
    /** What the server still has to say of what was typed is older than what comes now. */
    overtake: () => { asked.current += 1; },
    want: (action: string) => { wanted.current = action; },
    /** Nothing of it is kept any more. */
    forget: () => localStorage.removeItem(place),
  };
}

export type Typing = ReturnType<typeof useTyping>;

/** What was typed here before the page was left, unless the record has moved on without it. */
function recalled(place: string, form: Form, record: Record_ | null, filled: Filled): Draft {
  const fresh = begin(record, filled);
  try {
    const kept = JSON.parse(localStorage.getItem(place) ?? "null") as Kept | null;
    if (!kept) return fresh;
    const draft: Draft = { ...kept.draft, touched: new Set(kept.draft.touched), added: new Set(kept.draft.added), divided: kept.draft.divided ?? {} };
    return settle(form, draft, filled, kept.revision === (record?.revision ?? 0));
  } catch {
    return fresh;
  }
}
