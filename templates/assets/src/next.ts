/** The inbox after a decision: what happened is said, and the next task opens by itself. */

import { say } from "./api";
import { sayNext } from "./toast";

/** The inbox as it is narrowed now, with no task chosen. */
export function inbox(): string {
  const query = new URLSearchParams(location.search);
  query.delete("task");
  const kept = query.toString();
  return `/tasks${kept ? `?${kept}` : ""}`;
}

/** To the task below the one that is open (or above, at the end), saying what was done and what is next. */
export function goOn(happened: string): void {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-tasks] [data-task]")];
  const at = rows.findIndex((each) => "opened" in each.dataset);
  const next = (rows[at + 1] ?? rows[at - 1])?.querySelector<HTMLAnchorElement>("a.task");
  const title = next?.querySelector("strong")?.textContent?.trim().replace(/\s+/g, " ");
  sayNext(title ? `${happened} ${say("Next:", "下一项：")} ${title}` : happened);
  location.assign(next?.getAttribute("href") ?? inbox());
}
