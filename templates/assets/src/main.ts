/** Wakes the islands of a page, and what every page has: dates, the search key, rows that open. */

import { h, render, type ComponentType } from "preact";
import { isElsewhere } from "./keys";
import { keepMoments } from "./moments";
import { readNotices } from "./notices";
import { resendMessages } from "./deliveries";
import { sayWaiting } from "./toast";
import { listen } from "./listening";
import { glance } from "./glance";

type Maker = () => Promise<ComponentType<any>>;

const islands: Record<string, Maker> = {
  actions: () => import("./islands/actions").then((it) => it.Actions),
  views: () => import("./islands/views").then((it) => it.Views),
  columns: () => import("./islands/columns").then((it) => it.Columns),
  asked: () => import("./islands/asked").then((it) => it.Asked),
  selection: () => import("./islands/selection").then((it) => it.Selection),
  inbox: () => import("./islands/inbox").then((it) => it.Inbox),
  comments: () => import("./islands/comments").then((it) => it.Comments),
  form: () => import("./islands/form").then((it) => it.FormIsland),
  scan: () => import("./islands/scan").then((it) => it.Scan),
  stock_find: () => import("./islands/stock_find").then((it) => it.StockFind),
  password: () => import("./islands/password").then((it) => it.Password),
  channels: () => import("./islands/channels").then((it) => it.Channels),
  substitute: () => import("./islands/substitute").then((it) => it.Substitute),
};

async function wake(place: HTMLElement): Promise<void> {
  const make = islands[place.dataset["island"] ?? ""];
  if (!make) return;
  const told = JSON.parse(place.querySelector("script")?.textContent ?? "{}");
  const island = await make();
  place.replaceChildren();
  render(h(island, told), place);
}

function listenToKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (isElsewhere(event)) return;
    if (event.key === "/") {
      event.preventDefault();
      document.querySelector<HTMLInputElement>("[data-find]")?.focus();
    }
    if (event.key === "j" || event.key === "k") step(event.key === "j" ? 1 : -1);
    if (event.key === "c") {
      const comment = document.querySelector<HTMLElement>("[data-island=comments] textarea");
      if (comment) event.preventDefault();
      comment?.focus();
    }
  });
}

/** To the next or the last task of the inbox, or row of a list. */
function step(by: number): void {
  const tasks = [...document.querySelectorAll<HTMLAnchorElement>("[data-tasks] .task")];
  if (tasks.length) {
    const at = tasks.findIndex((each) => each.getAttribute("aria-current") === "true");
    tasks[at + by]?.click();
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
for (const place of document.querySelectorAll<HTMLElement>("[data-island]")) void wake(place);
