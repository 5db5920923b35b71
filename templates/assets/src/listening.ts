/** Hears once per page what changes: counts in the frame, figures of a page that listens. Silent while nobody looks. */

import { ask } from "./api";
import { follow } from "./following";
import { tellMoments } from "./moments";

const BEGIN = 400;
const REST = 1_500;
const AGAIN = 10_000;
/** Whoever begins to listen is told of the last ten seconds; a page that is older than this is asked for anew. */
const OLD = 8_000;

interface Stock { item: { code: string | null }; place: { code: string } }

let source: EventSource | null = null;
let mark = "";
let again = 0;

export function listen(): void {
  if (!document.querySelector('meta[name="csrf"]')) return;
  document.addEventListener("visibilitychange", () => (document.hidden ? rest() : open()));
  addEventListener("pagehide", rest);
  addEventListener("pageshow", (event) => event.persisted && open());
  setTimeout(open, BEGIN);
}

function open(): void {
  if (source || document.hidden) return;
  clearTimeout(again);
  source = new EventSource(`/api/events${mark ? `?after=${encodeURIComponent(mark)}` : ""}`);
  const hears = (kind: string, what: (told: any) => void): void =>
    source!.addEventListener(kind, (event) => {
      mark = event.lastEventId || mark;
      what(JSON.parse(event.data));
    });
  hears("stock", (told: Stock) => concerns(told) && refresh());
  hears("record", (told) => {
    if (document.querySelector(`[data-live-part="moving"] [data-row^="${CSS.escape(told.id)}/"]`)) refresh();
    follow(told);
  });
  hears("tasks", told.tasks);
  hears("notices", told.notices);
  hears("reset", () => refresh());
  hears("ready", () => performance.now() > OLD && (refresh(), told.tasks(), told.notices()));
  source.onerror = () => {
    // A stream that breaks comes again by itself; one that was refused (too many, signed out) does not.
    if (source?.readyState !== EventSource.CLOSED) return;
    rest();
    again = window.setTimeout(open, AGAIN);
  };
}

function rest(): void {
  clearTimeout(again);
  source?.close();
  source = null;
}

const told = {
  tasks: (): void => void count("/tasks", (waits) => waits.tasks && `${waits.tasks}${waits.more_tasks ? "+" : ""}`),
  notices: (): void => void count("/notices", (waits) => waits.notices && `${waits.notices}${waits.more_notices ? "+" : ""}`),
};

interface Waits { tasks: number; more_tasks: boolean; notices: number; more_notices: boolean }

/** The number beside a place in the frame, at the desk and on the phone. */
async function count(to: string, how: (waits: Waits) => number | string): Promise<void> {
  const answer = await ask<Waits>("GET", "me/waiting").catch(() => null);
  if (!answer) return;
  const shown = how(answer);
  for (const link of document.querySelectorAll<HTMLElement>(`.side a[href="${to}"], .top a[href="${to}"], .bottom a[href="${to}"]`)) {
    let badge = link.querySelector<HTMLElement>("b.count");
    if (!shown) { badge?.remove(); continue; }
    if (!badge) link.append((badge = Object.assign(document.createElement("b"), { className: "count" })));
    put(badge, String(shown));
  }
}

function concerns(told: Stock): boolean {
  const page = document.querySelector<HTMLElement>('[data-listen="stock"]');
  if (!page) return false;
  const { item, place } = page.dataset;
  const there = told.place.code;
  return (!item || item === told.item.code) && (!place || place === there || there.startsWith(`${place}/`));
}

let due = 0;
let last = 0;

/** The page as the server would show it now; asked for at most so often, however much changes. */
function refresh(): void {
  if (due || !document.querySelector("[data-listen]")) return;
  due = window.setTimeout(() => void fresh(), Math.max(120, last + REST - Date.now()));
}

async function fresh(): Promise<void> {
  due = 0;
  last = Date.now();
  const answer = await fetch(location.href, { headers: { Accept: "text/html" }, credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const told = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll<HTMLElement>("[data-live-part]")) {
    const other = told.querySelector<HTMLElement>(`[data-live-part="${part.dataset["livePart"]}"]`);
    if (other && rows(part) !== rows(other)) replace(part, other);
  }
  for (const each of told.querySelectorAll<HTMLElement>("[data-live]")) {
    const mine = document.querySelector<HTMLElement>(`[data-live="${CSS.escape(each.dataset["live"] ?? "")}"]`);
    if (mine) put(mine, each.textContent ?? "");
  }
}

function rows(part: ParentNode): string {
  return [...part.querySelectorAll<HTMLElement>("[data-row]")].map((each) => each.dataset["row"]).join(" ");
}

/** Rows have come or gone: the part is shown anew, the new ones marked; where the reader is stays where it is. */
function replace(part: HTMLElement, other: HTMLElement): void {
  const known = new Set([...part.querySelectorAll<HTMLElement>("[data-row]")].map((each) => each.dataset["row"]));
  const focused = (document.activeElement as HTMLElement | null)?.getAttribute("href");
  const at = part.scrollTop;
  part.replaceChildren(...[...other.childNodes].map((each) => document.importNode(each, true)));
  tellMoments(part);
  part.scrollTop = at;
  for (const row of part.querySelectorAll<HTMLElement>("[data-row]")) if (!known.has(row.dataset["row"])) row.classList.add("told");
  if (focused) part.querySelector<HTMLElement>(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

/** Quietly another number. */
function put(place: HTMLElement, words: string): void {
  if (place.textContent === words) return;
  place.textContent = words;
  place.classList.remove("told");
  void place.offsetWidth;
  place.classList.add("told");
}
