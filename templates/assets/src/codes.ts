/** What a scanned code means, as the server says it (`GET /api/codes`): a page, a row and a field mean the same by it. */

import { createContext } from "preact";
import { ask } from "./api";
import type { Named } from "./definitions";
import { remember } from "./seen";

export interface Coded { id: string; named: Named; values: Record<string, any> }

/** A record by what people call it; what was read of it is remembered for the conditions that ask it. */
export function named(found: Coded): Named {
  remember(found.id, found.values);
  return found.named;
}

/** What may be chosen in a field of a form that is being filled, as the server says it; `says` why there is nothing. */
export interface Choices { items: Named[]; says: string | null }
export type Choose = (path: string, row: string | undefined, q: string, signal: AbortSignal) => Promise<Choices>;
/** Asked by fields that say `narrowed`; null where nothing is filled. */
export const Choosing = createContext<Choose | null>(null);

/** `values`: what was typed as it is to be sent, at the moment when it is asked. */
/** `more`: what is asked beside it: the action whose question it is, and what was answered. */
export const choosing = (place: string, values: () => Record<string, any>, more: () => Record<string, any> = () => ({})): Choose => async (path, row, q, signal) => {
  const choose = { path, ...(row ? { row } : {}), ...(q ? { q } : {}) };
  const { choices, says } = await ask<{ choices: (Named & { values: Record<string, any> })[]; says: string | null }>("POST", `records/${place}/fill`, { ...more(), values: values(), choose }, { signal });
  return { items: choices.map(({ values, ...found }) => named({ id: found.id, named: found, values })), says };
};

/** Of the forms' records the one that has the code. Null when none has it. Raises `Refused`. */
export async function recordOf(forms: readonly string[], code: string): Promise<Named | null> {
  const { items } = await ask<{ items: Coded[] }>("GET", `codes?${new URLSearchParams({ text: code, form: forms.join(",") })}`);
  return items.length ? named(items[0]!) : null;
}
