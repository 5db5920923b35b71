/** Moments in the reader's own words and clock; the exact one stays in the hint. */

import { language } from "./api";

const locale = language === "zh" ? "zh-CN" : "en-GB";
const exact = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
const ago = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });
const steps: [number, Intl.RelativeTimeFormatUnit][] = [[60, "second"], [60, "minute"], [24, "hour"], [30, "day"], [12, "month"]];

function relative(moment: Date): string {
  let count = (moment.getTime() - Date.now()) / 1000;
  for (const [size, unit] of steps) {
    if (Math.abs(count) < size) return ago.format(Math.round(count), unit);
    count /= size;
  }
  return ago.format(Math.round(count), "year");
}

export function tellMoments(within: ParentNode): void {
  for (const each of within.querySelectorAll<HTMLTimeElement>("time[data-moment]")) {
    const moment = new Date(each.dateTime);
    if (Number.isNaN(moment.getTime())) continue;
    each.title = exact.format(moment);
    const kind = each.dataset["moment"];
    if (kind === "due" && moment.getTime() < Date.now()) each.classList.add("overdue");
    each.textContent = kind === "ago" || kind === "due" ? relative(moment) : exact.format(moment);
  }
}
