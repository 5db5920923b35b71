/** Which island is which, and how one is woken in its place; out of the way again when its place goes. Used by `main` and `opening`. */

import { h, render, type ComponentType } from "preact";

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
  foresee: () => import("./islands/foresee").then((it) => it.Foresee),
  substitute: () => import("./islands/substitute").then((it) => it.Substitute),
};

/** Everything within that waits to be woken. */
export async function wakeAll(within: ParentNode): Promise<void> {
  await Promise.all([...within.querySelectorAll<HTMLElement>("[data-island]")].map(wake));
}

/** What listens beyond its own place listens no longer. */
export function endAll(within: ParentNode): void {
  for (const place of within.querySelectorAll<HTMLElement>("[data-island]")) render(null, place);
}

async function wake(place: HTMLElement): Promise<void> {
  const make = islands[place.dataset["island"] ?? ""];
  if (!make) return;
  const told = JSON.parse(place.querySelector("script")?.textContent ?? "{}");
  const island = await make();
  if (!place.isConnected) return;
  place.replaceChildren();
  render(h(island, told), place);
}
