/** What is not there yet is made in another window, and chosen where it was missed. Used by pickers and forms. */

import { ask, newKey } from "./api";
import type { Coded } from "./codes";
import { named } from "./codes";
import type { Makes, Named } from "./definitions";

interface Made { form: string; id: string }

const placeOf = (token: string): string => `made ${token}`;

const CODE = /^[A-Za-z0-9._/-]+$/;

/** Where what was sought in vain stands in the new record: it need not be typed again. */
function begun({ into = {} }: Makes, typed: string): Record<string, string> {
  const field = CODE.test(typed) ? into.code ?? into.words : into.words ?? into.code;
  return field && typed ? { in: field, typed } : {};
}

/** Opens a window for a new record of the form, with what was sought; gives how to wait no longer. What is typed here stays as it is. */
export function make(makes: Makes, typed: string, onMade: (found: Named) => void): () => void {
  const token = newKey();
  const heard = (event: StorageEvent): void => {
    if (event.key !== placeOf(token) || !event.newValue) return;
    const { form: made, id } = JSON.parse(event.newValue) as Made;
    localStorage.removeItem(placeOf(token));
    removeEventListener("storage", heard);
    void ask<Coded>("GET", `records/${made}/${id}`).then((found) => onMade(named(found)));
  };
  addEventListener("storage", heard);
  open(`/records/${makes.form}/new?${new URLSearchParams({ for: token, ...begun(makes, typed) })}`, "_blank");
  return () => removeEventListener("storage", heard);
}

/** To whoever waits for it; the window that was opened for it closes. */
export function handOver(token: string, made: Made): void {
  localStorage.setItem(placeOf(token), JSON.stringify(made));
  close();
}
