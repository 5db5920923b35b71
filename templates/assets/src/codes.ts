/** What a scanned code means: the one record that has it as its number, code or barcode. */

import { ask } from "./api";

export interface Coded { id: string; number: string | null; values: Record<string, any> }

/** A GTIN has 8, 12, 13 or 14 digits; the shorter ones are the longer ones without their leading zeros. */
const GTIN = /^0*([0-9]{7,14})$/;
const bare = (code: string): string => GTIN.exec(code)?.[1] ?? code.toLowerCase();

function has(value: any, code: string): boolean {
  if (typeof value === "string") return bare(value) === code;
  return value !== null && typeof value === "object" && Object.values(value).some((each) => has(each, code));
}

/** The spellings to ask for: as it was read, then as the other lengths of a GTIN write it. */
function spelled(code: string): string[] {
  const digits = GTIN.exec(code)?.[1];
  const other = digits && /^[0-9]{12,14}$/.test(code) ? [digits, digits.padStart(12, "0"), digits.padStart(13, "0"), digits.padStart(14, "0")] : [];
  return [...new Set([code, ...other])];
}

/** Of the form's records the one that has the code. Null when none has it. Raises `Refused`. */
export async function recordOf(form: string, code: string): Promise<Coded | null> {
  for (const each of spelled(code)) {
    const { items } = await ask<{ items: Coded[] }>("GET", `records/${form}?limit=20&q=${encodeURIComponent(each)}`);
    const found = items.filter((item) => bare(item.number ?? "") === bare(code) || has(item.values, bare(code)));
    const own = found.find((item) => bare(item.values["code"] ?? item.number ?? "") === bare(code));
    if (found.length) return own ?? found[0]!;
  }
  return null;
}
