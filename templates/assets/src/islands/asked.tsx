/** A record by which a list is narrowed: searched and picked, sent as its code. */

import { useState } from "preact/hooks";
import type { Named } from "../definitions";
import { Picker } from "./picker";

interface Told { to: string; word: string; value: string; found: Named | null; title: string }

export function Asked({ to, word, value, found, title }: Told) {
  const [chosen, setChosen] = useState<Named | string | null>(found ?? (value || null));
  const sent = typeof chosen === "string" ? chosen : chosen ? chosen.code ?? chosen.id : "";
  return (
    <>
      <Picker to={to} label={title} value={chosen} onChange={setChosen} />
      <input type="hidden" name={word} value={value === "me" && chosen === found ? value : sent} />
    </>
  );
}
