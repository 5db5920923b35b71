/** Moments in the zone of the chain, near ones by how long ago; the exact one stays in the hint.
 *
 * The server has told them already, by the same rules (`engine/web/pages/moments.py`); here they are kept true while the
 * page stays open, by the server's clock, and those are told that a script brought.
 */

import { say } from "./api";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const NOW = 45;
const NEAR = 7 * 86_400;
const AGAIN = 30_000;
/** A deadline within this is near. */
const SOON = 86_400_000;
const STEPS: [number, (count: number) => string, (count: number) => string][] = [
  [86_400, (count) => say(`${count} d ago`, `${count}天前`), (count) => say(`in ${count} d`, `${count}天后`)],
  [3_600, (count) => say(`${count} h ago`, `${count}小时前`), (count) => say(`in ${count} h`, `${count}小时后`)],
  [60, (count) => say(`${count} min ago`, `${count}分钟前`), (count) => say(`in ${count} min`, `${count}分钟后`)],
];

const meta = (name: string): string => document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? "";

/** How far the clock of this device is behind the server's. */
const behind = Date.parse(meta("now")) - Date.now() || 0;

const two = (number: number): string => String(number).padStart(2, "0");

interface Local { year: number; month: number; day: number; hour: number; minute: number; second: number }

function localOf(moment: Date): Local {
  const parts = new Intl.DateTimeFormat("en-u-ca-gregory-nu-latn", {
    timeZone: meta("zone") || "UTC", hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric",
  }).formatToParts(moment);
  return Object.fromEntries(parts.filter((each) => each.type !== "literal").map((each) => [each.type, Number(each.value)])) as unknown as Local;
}

/** By how many milliseconds the zone is ahead of UTC at a moment. */
function ahead(moment: Date): number {
  const { year, month, day, hour, minute, second } = localOf(moment);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(moment.getTime() / 1000) * 1000;
}

const dayOf = ({ year, month, day }: Local): string => say(`${day} ${MONTHS[month - 1]} ${year}`, `${year}年${month}月${day}日`);

/** A day as records keep it (`2026-03-31`) in the reader's format; what is none stays as it is. */
export function dayAs(written: string): string {
  const [, year, month, day] = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(written) ?? [];
  return year && MONTHS[Number(month) - 1] ? dayOf({ year: Number(year), month: Number(month), day: Number(day), hour: 0, minute: 0, second: 0 }) : written;
}

function near(moment: Date): string {
  const seconds = Math.round((moment.getTime() - Date.now() - behind) / 1000);
  const away = Math.abs(seconds);
  if (away < NOW) return say("just now", "刚刚");
  if (away >= NEAR) return dayOf(localOf(moment));
  const [size, past, coming] = STEPS.find(([least]) => away >= least) ?? STEPS[2]!;
  return (seconds > 0 ? coming : past)(Math.max(1, Math.floor(away / size)));
}

export function told(moment: Date, kind = ""): string {
  if (kind === "ago" || kind === "due") return near(moment);
  const local = localOf(moment);
  return `${dayOf(local)} ${two(local.hour)}:${two(local.minute)}`;
}

export function exact(moment: Date): string {
  const local = localOf(moment);
  const minutes = ahead(moment) / 60_000;
  const rest = Math.abs(minutes) % 60;
  const offset = `UTC${minutes < 0 ? "-" : "+"}${Math.floor(Math.abs(minutes) / 60)}${rest ? `:${two(rest)}` : ""}`;
  return `${dayOf(local)} ${two(local.hour)}:${two(local.minute)}:${two(local.second)} (${offset})`;
}

/** A moment as the browser's field for it writes it, in the zone of the chain. */
export function written(at: string | null | undefined): string {
  const moment = new Date(at ?? "");
  if (Number.isNaN(moment.getTime())) return "";
  const { year, month, day, hour, minute } = localOf(moment);
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}`;
}

/** The moment that somebody means by what such a field holds; null for none. */
export function meant(typed: string): string | null {
  const there = Date.parse(`${typed}Z`);
  if (Number.isNaN(there)) return null;
  const first = there - ahead(new Date(there));
  return new Date(there - ahead(new Date(first))).toISOString();
}

/** Today where the chain is, as a date field has it. */
export function today(): string {
  return written(new Date(Date.now() + behind).toISOString()).slice(0, 10);
}

export function tellMoments(within: ParentNode): void {
  for (const each of within.querySelectorAll<HTMLTimeElement>("time[data-moment]")) {
    const moment = new Date(each.dateTime);
    if (Number.isNaN(moment.getTime())) continue;
    const kind = each.dataset["moment"] ?? "";
    const words = told(moment, kind);
    if (each.textContent !== words) each.textContent = words;
    each.title ||= exact(moment);
    if (kind !== "due") continue;
    const left = moment.getTime() - Date.now() - behind;
    each.classList.toggle("overdue", left < 0);
    each.classList.toggle("soon", left >= 0 && left < SOON);
  }
}

/** Keeps what is told by how long ago true, also when one comes back to a page that was left. */
export function keepMoments(): void {
  const again = (): void => { if (!document.hidden) tellMoments(document); };
  setInterval(again, AGAIN);
  document.addEventListener("visibilitychange", again);
  addEventListener("pageshow", (event) => event.persisted && again());
}
