/** By a key another task of the list opens beside it, on the same page: a key that comes meanwhile counts. Used by `main` and `inbox`. */

import { tellMoments } from "./moments";
import { endAll, wakeAll } from "./waking";

let asking: AbortController | null = null;
let coming: Promise<boolean> = Promise.resolve(true);

/** When the record of the task that is open is there and its buttons with it; no, if another was opened meanwhile. */
export const arrived = (): Promise<boolean> => coming;

/** This task is the open one at once; its record follows. */
export function openBeside(link: HTMLAnchorElement): void {
  asking?.abort();
  const mine = (asking = new AbortController());
  for (const each of document.querySelectorAll<HTMLElement>("[data-tasks] [data-task]")) {
    const chosen = each.contains(link);
    each.toggleAttribute("data-opened", chosen);
    if (chosen) each.querySelector(".task")?.setAttribute("aria-current", "true");
    else each.querySelector(".task")?.removeAttribute("aria-current");
  }
  link.scrollIntoView({ block: "nearest" });
  history.replaceState(null, "", link.href);
  coming = show(link, mine.signal);
}

async function show(link: HTMLAnchorElement, signal: AbortSignal): Promise<boolean> {
  const place = document.querySelector<HTMLElement>(".inbox > .opened");
  if (!place) return false;
  // Nobody decides on what is going away.
  place.inert = true;
  place.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(link.href, { headers: { Accept: "text/html" }, credentials: "same-origin", signal });
    const told = new DOMParser().parseFromString(await answer.text(), "text/html");
    const other = told.querySelector(".inbox.picked > .opened");
    // Done meanwhile, signed out: the page that comes says so.
    if (!other || answer.redirected) throw new Error(link.href);
    endAll(place);
    place.replaceChildren(...[...other.childNodes].map((each) => document.importNode(each, true)));
    document.querySelector(".top [hreflang]")?.setAttribute("href", told.querySelector(".top [hreflang]")?.getAttribute("href") ?? "");
    place.parentElement?.classList.add("picked");
    place.inert = false;
    place.removeAttribute("aria-busy");
    scrollTo(0, 0);
    tellMoments(place);
    await wakeAll(place);
    return !signal.aborted;
  } catch (error) {
    if (!signal.aborted) location.assign(link.href);
    return false;
  }
}
