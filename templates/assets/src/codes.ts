/** What a scanned code means, as the server says it (`GET /api/codes`): a page, a row and a field mean the same by it. */

import { ask } from "./api";
import type { Named } from "./definitions";
import { remember } from "./seen";

export interface Coded { id: string; named: Named; values: Record<string, any> }

/** A record by what people call it; what was read of it is remembered for the conditions that ask it. */
export function named(found: Coded): Named {
  remember(found.id, found.values);
  return found.named;
}

/** Of the forms' records the one that has the code. Null when none has it. Raises `Refused`. */
export async function recordOf(forms: readonly string[], code: string): Promise<Named | null> {
  const { items } = await ask<{ items: Coded[] }>("GET", `codes?${new URLSearchParams({ text: code, form: forms.join(",") })}`);
  return items.length ? named(items[0]!) : null;
}
