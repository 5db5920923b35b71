/** A value as people read it, word for word as the server's pages tell it (`engine/web/pages/cells.py`). */

import { say } from "./api";
import type { Field } from "./definitions";
import { dayAs, told } from "./moments";

const EMPTY = "–";

/** Digits in threes, exact: what is behind the point stays as it is. */
export function grouped(digits: string): string {
  const [, sign = "", whole = "", rest = ""] = /^(-?)([0-9]+)(\.[0-9]*)?$/.exec(digits) ?? [];
  return whole ? `${sign}${whole.replace(/^0+(?=[0-9])/, "").replace(/\B(?=([0-9]{3})+$)/g, ",")}${rest}` : digits;
}

/** Money as the server writes it: what is worked out here has no noughts at its end. */
const settled = (digits: string): string => (/^-?[0-9]+(\.[0-9])?$/.test(digits) ? `${digits}${digits.includes(".") ? "0" : ".00"}` : digits);

/** A record that is named: its code, and its title where that says more. A part of a place is called by its title alone beside the code of the whole. */
export function titled({ id, code: said, title }: { id?: string; code?: string | null; title?: string | null }): string {
  const value = { id, title, code: id?.includes("/") && title ? said?.split("/")[0] : said };
  return value.code && value.title && value.code !== value.title ? `${value.code} ${value.title}` : value.code || value.title || value.id || "";
}

export function shownAs(field: Pick<Field, "widget" | "digits" | "options" | "names">, value: any): string {
  if (value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length)) return EMPTY;
  if (typeof value === "boolean") return value ? say("Yes", "是") : say("No", "否");
  if (typeof value === "string" && field.names?.[value]) return field.names[value];
  if (field.digits) return grouped(field.widget === "money" ? settled(String(value)) : String(value));
  if (Array.isArray(value)) return value.map((each) => shownAs(field, each)).join(say(", ", "、"));
  if (field.widget === "file" || field.widget === "image" || field.widget === "signature") return value.typed ?? say("File", "附件");
  if (typeof value === "object") return titled(value);
  if (field.widget === "choice" || field.widget === "choices") return field.options?.find((each) => each.value === value)?.title ?? String(value);
  if (field.widget === "date") return dayAs(value);
  if (field.widget === "moment" && !Number.isNaN(Date.parse(value))) return told(new Date(value));
  return String(value);
}
