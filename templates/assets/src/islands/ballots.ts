/** Rows that are decided one by one: the buttons in a table that the server drew, and the rows that are ticked there. */

import { useEffect } from "preact/hooks";
import type { Deed } from "../deeds";

const taskOf = (deed: Deed): string => deed.path.split("/")[1] ?? "";

/** Listens to the rows' own buttons; gives how to know which rows a verdict is meant for: null means all that are mine. */
export function useBallots(all: Deed[], onDecide: (deed: Deed, rows: string[]) => void): (deed: Deed) => string[] | null {
  useEffect(() => {
    const pressed = (event: MouseEvent) => {
      const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-decide]") : null;
      const task = button?.closest<HTMLElement>("[data-ballot]")?.dataset["ballot"];
      const deed = button && all.find((each) => each.verdict && each.name === button.dataset["decide"] && taskOf(each) === task);
      if (deed) onDecide(deed, [button!.dataset["row"]!]);
    };
    document.addEventListener("click", pressed);
    return () => document.removeEventListener("click", pressed);
  });
  return (deed) => {
    if (!deed.verdict || deed.name === "return") return null;
    const boxes = document.querySelectorAll<HTMLInputElement>(`[data-ballot="${taskOf(deed)}"] input[data-row]:checked`);
    return boxes.length ? [...boxes].map((each) => each.value) : null;
  };
}
