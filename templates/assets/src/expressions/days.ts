/** Days of the calendar, and moments to the microsecond; neither goes through the browser's own clock or `Date`. */

import { Fault } from "./faults";

const DAY = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/;
const MOMENT = /^([0-9-]{10})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,6}))?(Z|[+-][0-9]{2}:[0-9]{2})$/;
const OFFSET = /^([+-])([0-9]{2}):([0-9]{2})$/;
const MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const FIRST = -719162;
const LAST = 2932896;
const SECOND = 1_000_000n;
const A_DAY = 86_400n * SECOND;

const pad = (value: number | bigint, digits: number): string => String(value).padStart(digits, "0");
const leap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

/** Rounded down, also below zero. */
export function floorDiv(value: bigint, by: bigint): bigint {
  const whole = value / by;
  return value % by < 0n ? whole - 1n : whole;
}

export class Day {
  /** Days since 1970-01-01. */
  readonly number: number;

  constructor(number: number) {
    if (!Number.isSafeInteger(number) || number < FIRST || number > LAST) throw new Fault("date", "out of the calendar");
    this.number = number;
  }

  /** `2026-03-31`, a day that exists. */
  static parse(text: string): Day {
    const found = DAY.exec(text);
    const [year, month, day] = (found?.slice(1) ?? []).map(Number) as [number, number, number];
    const longest = found && (month === 2 && leap(year) ? 29 : MONTHS[month - 1]);
    if (!longest || year < 1 || day < 1 || day > longest) throw new Fault("date", "no such day");
    return Day.at(year, month, day);
  }

  static at(year: number, month: number, day: number): Day {
    const shifted = month <= 2 ? year - 1 : year;
    const era = Math.floor(shifted / 400);
    const within = shifted - era * 400;
    const ofYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
    return new Day(era * 146097 + within * 365 + Math.floor(within / 4) - Math.floor(within / 100) + ofYear - 719468);
  }

  /** Year, month and day of the month, from 1. */
  get parts(): [number, number, number] {
    const shifted = this.number + 719468;
    const era = Math.floor(shifted / 146097);
    const of = shifted - era * 146097;
    const within = Math.floor((of - Math.floor(of / 1460) + Math.floor(of / 36524) - Math.floor(of / 146096)) / 365);
    const ofYear = of - (365 * within + Math.floor(within / 4) - Math.floor(within / 100));
    const shiftedMonth = Math.floor((5 * ofYear + 2) / 153);
    const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
    return [within + era * 400 + (month <= 2 ? 1 : 0), month, ofYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1];
  }

  format(): string {
    const [year, month, day] = this.parts;
    return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
  }

  toString(): string {
    return this.format();
  }

  plus(days: number): Day {
    return new Day(this.number + days);
  }
}

export class Moment {
  /** Microseconds since the beginning of 1970-01-01 in UTC. */
  readonly micros: bigint;

  constructor(micros: bigint) {
    this.micros = micros;
  }

  /** RFC 3339 with its offset: `2026-11-22T09:30:00+08:00`, `...Z`. */
  static parse(text: string): Moment {
    const found = MOMENT.exec(text);
    if (!found) throw new Fault("date", "no moment with an offset");
    const [, day, hours, minutes, seconds, fraction, offset] = found as unknown as [string, string, string, string, string, string | undefined, string];
    if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) throw new Fault("date", "no such time");
    const local = BigInt(Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds));
    const micros = BigInt((fraction ?? "").padEnd(6, "0"));
    return new Moment(BigInt(Day.parse(day).number) * A_DAY + local * SECOND + micros - (offset === "Z" ? 0n : offsetOf(offset)));
  }

  /** UTC, `2026-11-22T01:30:00Z`. */
  format(): string {
    const number = floorDiv(this.micros, A_DAY);
    const of = this.micros - number * A_DAY;
    const seconds = of / SECOND;
    const rest = of % SECOND;
    const time = `${pad(seconds / 3600n, 2)}:${pad((seconds / 60n) % 60n, 2)}:${pad(seconds % 60n, 2)}`;
    return `${new Day(Number(number)).format()}T${time}${rest ? `.${pad(rest, 6)}` : ""}Z`;
  }

  toString(): string {
    return this.format();
  }

  /** On which day it falls, by the clock of a zone (`Asia/Shanghai`, `+08:00`). */
  dayIn(zone: string): Day {
    const seconds = floorDiv(this.micros, SECOND);
    const offset = OFFSET.test(zone) ? offsetOf(zone) / SECOND : zoneOffset(zone, Number(seconds));
    try {
      return new Day(Number(floorDiv(seconds + offset, 86_400n)));
    } catch {
      throw new Fault("evaluation", "out of the calendar");
    }
  }

  /** Whole days since another one. */
  daysSince(other: Moment): bigint {
    return floorDiv(this.micros - other.micros, A_DAY);
  }
}

function offsetOf(offset: string): bigint {
  const [, sign, hours, minutes] = OFFSET.exec(offset) as unknown as [string, string, string, string];
  if (Number(hours) > 23 || Number(minutes) > 59) throw new Fault("date", "no such offset");
  const size = BigInt(Number(hours) * 3600 + Number(minutes) * 60) * SECOND;
  return sign === "-" ? -size : size;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** By how many seconds a zone's clock is ahead of UTC at a moment, as the browser's table of zones knows it. */
function zoneOffset(zone: string, seconds: number): bigint {
  let clock = clocks.get(zone);
  if (!clock) {
    const parts = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" } as const;
    clock = new Intl.DateTimeFormat("en-u-ca-iso8601-nu-latn", { ...parts, era: "short", hourCycle: "h23", timeZone: zone });
    clocks.set(zone, clock);
  }
  const told = Object.fromEntries(clock.formatToParts(seconds * 1000).map((part) => [part.type, part.value])) as Record<string, string>;
  const at = (name: string): number => Number(told[name]);
  const year = told["era"]?.startsWith("B") ? 1 - at("year") : at("year");
  const local = Day.at(year, at("month"), at("day")).number * 86_400 + at("hour") * 3600 + at("minute") * 60 + at("second");
  return BigInt(local - seconds);
}
