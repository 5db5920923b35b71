/** Exact decimals: a whole number of 10^-scale. No float is ever on the way; nothing is rounded unless somebody says so. */

import { Fault } from "./faults";

export type Rounding = "round" | "floor" | "ceil";

const WRITTEN = /^-?(0|[1-9][0-9]{0,18})(\.[0-9]{1,12})?$/;
const LARGEST = 2n ** 63n - 1n;
const MOST_PLACES = 12;
const power = (places: number): bigint => 10n ** BigInt(places);

export class Exact {
  readonly count: bigint;
  readonly scale: number;

  constructor(count: bigint, scale: number) {
    this.count = count;
    this.scale = scale;
  }

  /** A whole number; one that a float cannot hold is refused. */
  static of(whole: number | bigint): Exact {
    if (typeof whole === "number" && !Number.isSafeInteger(whole)) throw new Fault("number", "no whole number");
    return new Exact(BigInt(whole), 0);
  }

  /** Plain digits such as `-12.50`; exponents, spaces, `+`, `-0` and needless zeros before are refused. */
  static parse(text: string): Exact {
    const found = WRITTEN.exec(text);
    if (!found) throw new Fault("number", "no plain decimal");
    const digits = found[2]?.slice(1) ?? "";
    const count = BigInt(text.replace(".", ""));
    if (count === 0n && text.startsWith("-")) throw new Fault("number", "no plain decimal");
    return new Exact(count, digits.length);
  }

  /** Plain digits, never an exponent; with exactly `places` places when told (the number must fit), else without needless zeros. */
  format(places?: number): string {
    if (places !== undefined && this.round(places).compare(this) !== 0) throw new Fault("number", "more places than are kept");
    const shown = places === undefined ? this : this.at(places);
    const digits = (shown.count < 0n ? -shown.count : shown.count).toString().padStart(shown.scale + 1, "0");
    const whole = digits.slice(0, digits.length - shown.scale);
    const rest = digits.slice(digits.length - shown.scale);
    const kept = places === undefined ? rest.replace(/0+$/, "") : rest;
    return `${shown.count < 0n ? "-" : ""}${whole}${kept && `.${kept}`}`;
  }

  toString(): string {
    return this.format();
  }

  add(other: Exact): Exact {
    const scale = Math.max(this.scale, other.scale);
    return new Exact(this.finer(scale) + other.finer(scale), scale);
  }

  subtract(other: Exact): Exact {
    return this.add(other.negate());
  }

  multiply(other: Exact): Exact {
    return new Exact(this.count * other.count, this.scale + other.scale);
  }

  /** The true quotient rounded once. */
  divide(other: Exact, places = MOST_PLACES, how: Rounding = "round"): Exact {
    if (other.count === 0n) throw new Fault("division", "divides by zero");
    const scale = Math.max(this.scale, other.scale);
    return new Exact(quotient(this.finer(scale) * power(places), other.finer(scale), how), places);
  }

  /** Half away from zero, or down, or up; a number of no more places stays as it is. */
  round(places = 0, how: Rounding = "round"): Exact {
    if (this.scale <= places) return this;
    return new Exact(quotient(this.count, power(this.scale - places), how), places);
  }

  negate(): Exact {
    return new Exact(-this.count, this.scale);
  }

  abs(): Exact {
    return this.count < 0n ? this.negate() : this;
  }

  /** Below zero, zero or above, as this is less, the same or more. */
  compare(other: Exact): number {
    const scale = Math.max(this.scale, other.scale);
    const one = this.finer(scale);
    const two = other.finer(scale);
    return one < two ? -1 : one > two ? 1 : 0;
  }

  /** Refuses what has grown out of 64 bits at so many places. */
  within(places: number): Exact {
    const scale = Math.max(this.scale, places);
    const size = this.abs().finer(scale);
    if (size > LARGEST * power(scale - places)) throw new Fault("number", "becomes too large");
    return this;
  }

  private finer(scale: number): bigint {
    return scale === this.scale ? this.count : this.count * power(scale - this.scale);
  }

  private at(places: number): Exact {
    return this.scale > places ? this.round(places) : new Exact(this.finer(places), places);
  }
}

function quotient(above: bigint, below: bigint, how: Rounding): bigint {
  const negative = above < 0n !== below < 0n;
  const size = above < 0n ? -above : above;
  const by = below < 0n ? -below : below;
  const whole = size / by;
  const rest = size % by;
  const up = how === "round" ? 2n * rest >= by : rest > 0n && (how === "floor") === negative;
  const found = up ? whole + 1n : whole;
  return negative ? -found : found;
}
