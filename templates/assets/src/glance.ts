/** At the desk a row of a list opens its record at the right; the number, or Enter, opens it in full. */

import { isElsewhere } from "./keys";
import { say } from "./api";
import { tellMoments } from "./moments";

const DESK = matchMedia("(min-width: 1024px)");
const WAIT = 120;
let place: HTMLElement | null = null;
let from: HTMLTableRowElement | null = null;
let asking: AbortController | null = null;
let due = 0;

const link = (row: Element | null): HTMLAnchorElement | null => row?.querySelector<HTMLAnchorElement>(".open") ?? null;

export function glance(): void {
  if (!document.querySelector("[data-glance]")) return;
  document.addEventListener("click", (event) => {
    const at = event.target as Element;
    if (at.closest(".glance [data-shut]")) return shut();
    const row = at.closest<HTMLTableRowElement>("tr[data-glance]");
    if (!row || at.closest("a, button, input, label") || event.ctrlKey || event.metaKey || event.shiftKey || getSelection()?.toString()) return;
    if (DESK.matches) open(row);
    else link(row)?.click();
  });
  document.addEventListener("focusin", (event) => {
    const row = (event.target as Element).closest<HTMLTableRowElement>("tr[data-glance]");
    if (!place || !row || row === from) return;
    clearTimeout(due);
    due = window.setTimeout(() => open(row), WAIT);
  });
  document.addEventListener("keydown", (event) => {
    if (isElsewhere(event) || !DESK.matches || document.querySelector("[popover]:popover-open")) return;
    const row = document.activeElement?.closest<HTMLTableRowElement>("tr[data-glance]");
    if (event.key === "Escape" && place) shut();
    else if (event.key === " " && row && document.activeElement === link(row)) open(row);
    else return;
    event.preventDefault();
  });
}

function shut(): void {
  clearTimeout(due);
  asking?.abort();
  const row = from;
  place?.remove();
  place = from = null;
  document.body.classList.remove("glancing");
  mark();
  link(row)?.focus();
}

function mark(): void {
  for (const row of document.querySelectorAll("tr[data-glance]")) row.toggleAttribute("data-glanced", row === from);
}

async function open(row: HTMLTableRowElement): Promise<void> {
  from = row;
  mark();
  link(row)?.focus({ preventScroll: true });
  if (!place) {
    place = Object.assign(document.createElement("aside"), { className: "glance", tabIndex: -1 });
    place.setAttribute("aria-label", say("The record at a glance", "记录概览"));
    place.setAttribute("aria-live", "polite");
    document.querySelector("main")?.append(place);
    document.body.classList.add("glancing");
  }
  asking?.abort();
  const mine = (asking = new AbortController());
  place.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(`${row.dataset["glance"]}/glance`, { headers: { Accept: "text/html" }, credentials: "same-origin", signal: mine.signal });
    if (answer.redirected || !answer.ok) return location.assign(row.dataset["glance"]!);
    const told = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!place || mine !== asking) return;
    place.replaceChildren(...[...told.body.childNodes].map((each) => document.importNode(each, true)));
    place.removeAttribute("aria-busy");
    place.scrollTop = 0;
    tellMoments(place);
  } catch (error) {
    if (!mine.signal.aborted) location.assign(row.dataset["glance"]!);
  }
}
