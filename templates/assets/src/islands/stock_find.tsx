/** Chooses what stock to look at: a place, an item (code, name, barcode), and as of when. */

import { useState } from "preact/hooks";
import { say } from "../api";
import type { Named } from "../definitions";
import { meant, written } from "../moments";
import { Picker } from "./picker";

interface Told {
  kinds: { item: string | null; place: string | null };
  asked: Record<string, string>;
  item: Named | null;
  place: Named | null;
}

export function StockFind({ kinds, asked, item, place }: Told) {
  const [chosen, setChosen] = useState<{ item: Named | null; place: Named | null }>({ item, place });
  const [at, setAt] = useState(written(asked["at"]));

  function go(next: { item: Named | null; place: Named | null }, when: string): void {
    const query = new URLSearchParams();
    for (const name of ["place", "item"] as const) {
      const code = next[name]?.code ?? next[name]?.id;
      if (code) query.set(name, code);
    }
    if (when) query.set("at", meant(when) ?? "");
    if (query.toString() !== new URLSearchParams(location.search).toString()) location.assign(`/stock?${query}`);
  }

  function choose(name: "item" | "place", value: Named | null): void {
    const next = { ...chosen, [name]: value };
    setChosen(next);
    go(next, at);
  }

  return (
    <div class="filters">
      {kinds.place && <div class="field-of"><span class="quiet">{say("Place", "地点")}</span><Picker to={kinds.place} label={say("Place", "地点")} value={chosen.place} onChange={(value) => choose("place", value)} /></div>}
      {kinds.item && <div class="field-of"><span class="quiet">{say("Item", "商品")}</span><Picker to={kinds.item} label={say("Item", "商品")} value={chosen.item} onChange={(value) => choose("item", value)} /></div>}
      <label><span>{say("As of", "截至")}</span>
        <input class="form-control" type="datetime-local" value={at} onInput={(event) => setAt(event.currentTarget.value)}
          onKeyDown={(event) => event.key === "Enter" && go(chosen, at)} onBlur={() => at !== written(asked["at"]) && go(chosen, at)} /></label>
    </div>
  );
}
