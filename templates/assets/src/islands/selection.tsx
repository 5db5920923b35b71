/** Records of a list that are selected, and what may be done with all of them at once. */

import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { say } from "../api";
import type { Field } from "../definitions";
import { isElsewhere } from "../keys";
import { useSelecting } from "../selecting";
import { Bulk } from "./bulk";
import { Together } from "./together";

interface Action { name: string; title: string; from: string[]; gives_up?: boolean; asks: Record<string, Field> }
interface Line { id: string; says: string; state: string; href?: string | null }

/** What was ticked while the script was still on its way is selected, not forgotten. */
function ticked(ids: readonly string[]): Set<string> {
  const on = [...document.querySelectorAll<HTMLInputElement>("[data-pick]:checked")].map((box) => box.value);
  return new Set(on.includes("") ? ids : on);
}

/** `together`: one command for all of them, done whole or not at all; else one for each. */
export function Selection({ form, actions, lines, together = false }: { form: string; actions: Action[]; lines: Line[]; together?: boolean }) {
  const ids = lines.map((each) => each.id);
  const { selected, turn, select } = useSelecting(ids, () => ticked(ids));
  const [action, setAction] = useState<Action | null>(null);

  useEffect(() => {
    for (const box of document.querySelectorAll<HTMLInputElement>("[data-pick]")) {
      box.checked = box.value === "" ? selected.size === lines.length : selected.has(box.value);
      box.closest("tbody tr")?.classList.toggle("picked", box.checked);
    }
  }, [selected]);

  useLayoutEffect(() => {
    const clicked = (event: MouseEvent) => {
      const box = event.target;
      if (!(box instanceof HTMLInputElement) || !("pick" in box.dataset)) return;
      if (box.value === "") select(box.checked ? ids : []);
      else turn(box.value, event.shiftKey);
    };
    const pressed = (event: KeyboardEvent) => {
      if (isElsewhere(event)) return;
      const row = document.activeElement?.closest("tr")?.querySelector<HTMLInputElement>("[data-pick]")?.value;
      if (event.key.toLowerCase() === "x" && row) turn(row, event.shiftKey);
      else if (event.key === "Escape" && selected.size) select([]);
      else return;
      event.preventDefault();
    };
    document.addEventListener("click", clicked);
    document.addEventListener("keydown", pressed);
    return () => { document.removeEventListener("click", clicked); document.removeEventListener("keydown", pressed); };
  });

  const chosen = lines.filter((each) => selected.has(each.id));
  if (!chosen.length) return null;
  const offered = actions.filter((each) => chosen.every((line) => each.from.includes(line.state)));
  const href = (each: Line) => `/records/${form}/${each.id}`;
  return (
    <div class="bulk" role="region" aria-label={together ? say("Selected lines", "已选行") : say("Selected records", "已选记录")}>
      <strong>{say(`${chosen.length} selected`, `已选 ${chosen.length} 项`)}</strong>
      {offered.map((each, index) => <button key={each.name} type="button" data-bulk={each.name} class={index || each.gives_up ? "plain" : "primary"} onClick={() => setAction(each)}>{each.title}</button>)}
      {!offered.length && <span class="quiet">{say("Nothing can be done with all of these at once.", "没有可对全部所选执行的操作。")}</span>}
      <button type="button" class="plain" onClick={() => select([])}>{say("Clear", "取消")}</button>
      {action && together && <Together title={action.title} asks={action.asks} path={`records/${form}/actions/${action.name}`} items={chosen} back={location.pathname + location.search} onEnd={() => setAction(null)} />}
      {action && !together && <Bulk title={action.title} asks={action.asks} path={`records/${form}/actions/${action.name}`} items={chosen.map((each) => ({ ...each, href: href(each) }))} back={location.pathname + location.search} onEnd={() => setAction(null)} />}
    </div>
  );
}
