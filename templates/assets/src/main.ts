/** Wakes the islands of a page, and what every page has: dates, the search key, rows that open. */

import { awake, waits } from "./early";
import { isElsewhere } from "./keys";
import { keepMoments } from "./moments";
import { readNotices } from "./notices";
import { resendMessages } from "./deliveries";
import { sayWaiting } from "./toast";
import { listen } from "./listening";
import { glance } from "./glance";
import { arrived, openBeside } from "./opening";
import { wakeAll } from "./waking";

function listenToKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (isElsewhere(event)) return;
    if (event.key === "/") {
      event.preventDefault();
      return document.querySelector<HTMLInputElement>("[data-find]")?.focus();
    }
    if (waits(event)) return;
    if (event.key === "j" || event.key === "k") step(event.key === "j" ? 1 : -1);
    if (event.key === "c") {
      // Not into the field that it leads to.
      event.preventDefault();
      void arrived().then((here) => here && document.querySelector<HTMLElement>("[data-island=comments] textarea")?.focus());
    }
  });
}

/** To the next or the last task of the inbox, or row of a list. */
function step(by: number): void {
  const tasks = [...document.querySelectorAll<HTMLAnchorElement>("[data-tasks] .task")];
  if (tasks.length) {
    const at = tasks.findIndex((each) => each.getAttribute("aria-current") === "true");
    if (tasks[at + by]) openBeside(tasks[at + by]!);
    return;
  }
  const rows = [...document.querySelectorAll<HTMLAnchorElement>("[data-rows] tbody tr .open")];
  const at = rows.indexOf(document.activeElement as HTMLAnchorElement);
  rows[Math.max(0, Math.min(rows.length - 1, at + by))]?.focus();
}

function sendFilters(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-filters]")) {
    form.addEventListener("change", (event) => {
      if (event.target instanceof HTMLSelectElement) form.requestSubmit();
    });
    form.addEventListener("submit", () => {
      for (const field of form.elements) {
        if ((field instanceof HTMLInputElement || field instanceof HTMLSelectElement) && field.value === "") field.disabled = true;
      }
    });
  }
}

listenToKeys();
sendFilters();
glance();
readNotices();
resendMessages();
listen();
keepMoments();
sayWaiting();
void wakeAll(document).finally(awake);
