/** Talking to the server: as this person, in this language, every write under a key of its own. */

export interface Fault { path: string; code: string; message: string; row?: string | null }
export interface Problem { status: number; kind: string; detail: string; errors: Fault[]; who?: string[] }

/** What the server refused, or that it could not be reached (`status` 0). */
export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

/** What still holds of a refusal when what it said of this path has been changed; null when that was all of it. */
export function mended({ problem }: Refused, path: string): Refused | null {
  const errors = problem.errors.filter((each) => each.path !== path && !each.path.startsWith(`${path}/`));
  return problem.errors.length && !errors.length ? null : new Refused({ ...problem, errors });
}

export const language = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
let csrf = document.querySelector<HTMLMetaElement>('meta[name="csrf"]')?.content ?? "";

/** Whose page this is: what is kept on a device is kept for him alone. */
export const me = document.querySelector<HTMLMetaElement>('meta[name="account"]')?.content ?? "";

export function say(en: string, zh: string): string {
  return language === "zh" ? zh : en;
}

/** Signed in anew in another tab: this page's token is over, and its reader goes on where he is. Whether he may. */
export async function renewed(): Promise<boolean> {
  const answer = await fetch("/me", { headers: { Accept: "text/html" }, credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok || answer.redirected) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const told = (name: string) => page.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? "";
  if (told("account") !== me || told("csrf") === csrf) return false;
  csrf = told("csrf");
  document.querySelector<HTMLMetaElement>('meta[name="csrf"]')!.content = csrf;
  return true;
}

/** What is said while there is no line. */
export const LOST = say("The server cannot be reached. What you typed is kept here: press again when the line is back.", "无法连接服务器。您输入的内容已保留，网络恢复后请再按一次。");

export interface Sent { key?: string; revision?: number; signal?: AbortSignal }

export async function ask<T = any>(method: string, path: string, body?: unknown, sent: Sent = {}): Promise<T> {
  const headers: Record<string, string> = { "Accept-Language": language === "zh" ? "zh-CN" : "en" };
  if (method !== "GET") headers["X-CSRF-Token"] = csrf;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (sent.key) headers["Idempotency-Key"] = sent.key;
  if (sent.revision !== undefined) headers["If-Match"] = `"${sent.revision}"`;
  let answer: Response;
  try {
    const how: RequestInit = { method, headers, credentials: "same-origin" };
    if (body !== undefined) how.body = JSON.stringify(body);
    if (sent.signal) how.signal = sent.signal;
    answer = await fetch(`/api/${path}`, how);
  } catch (error) {
    if (sent.signal?.aborted) throw error;
    throw new Refused({ status: 0, kind: "unavailable", detail: LOST, errors: [] });
  }
  if (answer.status === 401) location.assign(`/sign-in?to=${encodeURIComponent(location.pathname + location.search)}`);
  const text = await answer.text();
  const told = text ? JSON.parse(text) : null;
  if (answer.status === 403 && told?.errors?.[0]?.code === "csrf" && await renewed()) return ask(method, path, body, sent);
  if (!answer.ok) throw new Refused(told);
  return told as T;
}

/** An id that nobody else has (UUID, version 4); also on a plain connection within a shop, where `randomUUID` is missing. */
export function newId(): string {
  if ("randomUUID" in crypto) return crypto.randomUUID();
  const bytes = (crypto as Crypto).getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const digits = [...bytes].map((each) => each.toString(16).padStart(2, "0")).join("");
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join("-");
}

/** A key for a command; the same one is sent again when the answer was lost. */
export const newKey = newId;

export function icon(name: string): string {
  return `${document.querySelector<HTMLMetaElement>('meta[name="icons"]')?.content ?? ""}#icon-${name}`;
}
