/** Chooses a record of another form: typed, scanned or picked; searched on the server, with this person's eyes. */

import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { ask, language, say } from "../api";
import { named, type Choices, type Coded } from "../codes";
import type { Makes, Named } from "../definitions";
import { keepDrawn } from "../drawn";
import { make } from "../making";
import { titled } from "../shown";

/** `to`: the form whose records there are to choose from, or several. */
/** `path`: where people or records are searched instead, as `{id, code, title}`. */
/** `makes`: what may be made anew where nothing is found. */
/** `choose`: asked instead where the record that is filled says what may be chosen. */
interface Props { to: string | readonly string[]; path?: string; choose?: (q: string, signal: AbortSignal) => Promise<Choices>; makes?: Makes; value: Named | string | null; label: string; invalid?: boolean; onChange: (value: Named | null) => void; onNext?: () => void }

const WAIT = 150;
const MARGIN = 8;

const shown = (value: Named | string | null): string => (value && typeof value === "object" ? titled(value) : value ?? "");

function put(options: HTMLElement, under: DOMRect): void {
  const room = innerHeight - under.bottom - MARGIN;
  const above = room < options.offsetHeight && under.top > room;
  options.style.left = `${Math.max(MARGIN, Math.min(under.left, innerWidth - options.offsetWidth - MARGIN))}px`;
  options.style.minWidth = `${under.width}px`;
  options.style.top = above ? "auto" : `${under.bottom + 2}px`;
  options.style.bottom = above ? `${innerHeight - under.top + 2}px` : "auto";
}

export function Picker({ to, path, choose, makes, value, label, invalid, onChange, onNext }: Props) {
  const [typed, setTyped] = useState<string | null>(null);
  /** Whether somebody emptied it: opened and left, or pasted into, it keeps what it has. */
  const emptied = useRef(false);
  const [found, setFound] = useState<Named[]>([]);
  const [at, setAt] = useState(0);
  /** The words that nothing was found for, and what is said of it. */
  const [missed, setMissed] = useState<{ words: string; says: string } | null>(null);
  const list = useId();
  const asking = useRef<AbortController | null>(null);
  const waiting = useRef(0);
  /** What Enter has asked for: a search that still waits for the next letter must not end that question. */
  const entered = useRef<string | null>(null);
  const newOne = useRef<HTMLButtonElement>(null);
  const floating = useRef<HTMLUListElement>(null);
  const open = typed !== null && found.length > 0;
  /** Ends waiting for what is made in another window; what is made is taken with the latest values around it. */
  const ends = useRef<(() => void) | null>(null);
  const latest = useRef(onChange);
  latest.current = onChange;
  useEffect(() => () => ends.current?.(), []);

  // Above everything else, so that no table or foot of the page cuts it off; below the input, or above where there is no room.
  useLayoutEffect(() => {
    const options = floating.current;
    if (!open || !options) return;
    options.showPopover();
    const place = () => put(options, options.parentElement!.getBoundingClientRect());
    place();
    addEventListener("scroll", place, true);
    addEventListener("resize", place);
    return () => { removeEventListener("scroll", place, true); removeEventListener("resize", place); };
  }, [open, found]);

  // At once, not after the picture: what is typed as soon as the new value stands there must not be thrown away.
  useLayoutEffect(() => {
    emptied.current = false;
    setTyped(null);
    setFound([]);
  }, [shown(value)]);

  useEffect(() => {
    if (typed === null || typed === entered.current) return;
    waiting.current = window.setTimeout(() => void search(typed), typed === "" ? 0 : WAIT);
    return () => clearTimeout(waiting.current);
  }, [typed]);

  async function search(words: string): Promise<Named[]> {
    clearTimeout(waiting.current);
    asking.current?.abort();
    asking.current = new AbortController();
    const query = new URLSearchParams({ limit: "20" });
    if (words.trim()) query.set("q", words.trim());
    try {
      const { signal } = asking.current;
      const exact = words.trim().toLowerCase();
      const chosen = choose && await choose(words.trim(), signal);
      const options = chosen ? chosen.items : path ? (await ask<{ items: Named[] }>("GET", `${path}&${query}`, undefined, { signal })).items
        : (await Promise.all([to].flat().map((form) => ask<{ items: Coded[] }>("GET", `records/${form}?sort=named&${query}`, undefined, { signal })))).flatMap((each) => each.items).map(named);
      options.sort((one, two) => Number(two.code?.toLowerCase() === exact) - Number(one.code?.toLowerCase() === exact));
      setFound(options);
      setMissed(options.length ? null : { words, says: chosen?.says ?? (words.trim() && say("Nothing is called that.", "没有匹配的结果。")) });
      setAt(0);
      return options;
    } catch {
      return [];
    }
  }

  function take(option: Named | undefined): void {
    if (!option) return;
    emptied.current = false;
    onChange(option);
    setTyped(null);
    setFound([]);
  }

  async function pressed(event: KeyboardEvent): Promise<void> {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      // `Tab` goes on, to the next field; what may be made anew is one step down, where the options would be.
      if (newOne.current) newOne.current.focus();
      else if (typed === null) setTyped("");
      else setAt((at + (event.key === "ArrowDown" ? 1 : found.length - 1)) % Math.max(1, found.length));
    } else if (event.key === "Enter" && typed !== null) {
      event.preventDefault();
      // A scanner types faster than we search: what was scanned is asked for before it is taken.
      entered.current = typed;
      const options = await search(typed);
      take(options[at] ?? options[0]);
      onNext?.();
    } else if (event.key === "Escape") {
      emptied.current = false;
      setTyped(null);
      setFound([]);
    }
  }

  /** Whoever types a code and goes on, to the button that sends it too, means what has it: sending waits for that. */
  async function left(): Promise<void> {
    const taken = leave();
    const forget = keepDrawn(() => taken.then(() => true));
    await taken;
    forget();
  }

  async function leave(): Promise<void> {
    const words = typed?.trim();
    if (emptied.current && value) onChange(null);
    else if (words) {
      entered.current = typed;
      const options = await search(words);
      take(options.find((each) => each.code?.toLowerCase() === words.toLowerCase()) ?? (options.length === 1 ? options[0] : undefined));
    }
    setTyped(null);
    setFound([]);
  }

  return (
    <div class="picker" onFocusOut={(event) => { if (!event.currentTarget.contains(event.relatedTarget as Node | null)) void left(); }}>
      <input class="form-control" role="combobox" aria-expanded={found.length > 0} aria-controls={list} aria-autocomplete="list" aria-label={label}
        aria-invalid={invalid ? "true" : undefined} autocomplete="off" lang={language}
        {...(found.length ? { "aria-activedescendant": `${list}-${at}` } : {})}
        value={typed ?? shown(value)} placeholder={say("Code or name", "编码或名称")}
        onFocus={(event) => event.currentTarget.select()} onClick={() => typed === null && setTyped("")}
        onInput={(event) => { entered.current = null; emptied.current = event.currentTarget.value === ""; setTyped(event.currentTarget.value); }} onKeyDown={(event) => void pressed(event)} />
      {open && (
        <ul id={list} role="listbox" aria-label={say(`Options for ${label}`, `${label}的选项`)} popover="manual" ref={floating}>
          {found.map((option, index) => (
            <li id={`${list}-${index}`} key={option.id} role="option" aria-selected={index === at}
              onMouseDown={(event) => { event.preventDefault(); take(option); }}>{titled(option)}</li>
          ))}
        </ul>
      )}
      {missed?.says && typed === missed.words && <small class="heed" role="status">{missed.says}</small>}
      {missed && makes && typed === missed.words && <button type="button" class="plain" data-make tabIndex={-1} aria-keyshortcuts="ArrowDown" ref={newOne} onClick={() => {
        ends.current?.();
        ends.current = make(makes, missed.words.trim(), (made) => latest.current(made));
      }}>{say(`New: ${makes.title}`, `新建：${makes.title}`)}</button>}
    </div>
  );
}
