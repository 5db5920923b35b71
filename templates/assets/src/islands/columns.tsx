/** Which columns a list has, and in which order: ticked, moved by buttons or dragged. */

import { useState } from "preact/hooks";
import { ask, icon, newKey, Refused, say } from "../api";

interface Offer { name: string; title: string }
interface Told { form: string; offered: Offer[]; chosen: string[]; own: boolean; view: string | null; words: Record<string, string> }

/** One of a list to another place. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const rest = [...list];
  const [taken] = rest.splice(from, 1);
  if (taken !== undefined) rest.splice(Math.max(0, Math.min(rest.length, to)), 0, taken);
  return rest;
}

export function Columns({ form, offered, chosen, own, view, words }: Told) {
  const byName = new Map(offered.map((each) => [each.name, each]));
  const [order, setOrder] = useState([...chosen.filter((each) => byName.has(each)), ...offered.map((each) => each.name).filter((each) => !chosen.includes(each))]);
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set(chosen));
  const [dragged, setDragged] = useState<number | null>(null);
  const [wrong, setWrong] = useState("");

  function turn(name: string): void {
    const next = new Set(ticked);
    if (!next.delete(name)) next.add(name);
    setTicked(next);
  }

  async function keep(columns: string[] | null): Promise<void> {
    if (view) {
      const query = new URLSearchParams({ ...words, ...(columns ? { columns: columns.join(",") } : {}) });
      return location.assign(`?${query}`);
    }
    try {
      if (columns) await ask("PUT", `me/views/own-${form}`, { form, columns }, { key: newKey() });
      else if (own) await ask("DELETE", `me/views/own-${form}`, undefined, { key: newKey() });
      location.assign(`?${new URLSearchParams(words)}`);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setWrong(error.problem.errors[0]?.message ?? error.problem.detail);
    }
  }

  const columns = order.filter((each) => ticked.has(each));
  return (
    <>
      <ol class="asks column-list">
        {order.map((name, at) => {
          const title = byName.get(name)!.title;
          return (
            <li key={name} draggable onDragStart={() => setDragged(at)} onDragEnd={() => setDragged(null)}
              onDragOver={(event) => { event.preventDefault(); if (dragged !== null && dragged !== at) { setOrder(moved(order, dragged, at)); setDragged(at); } }}>
              <label class="ticked"><input type="checkbox" class="form-check-input" checked={ticked.has(name)} onChange={() => turn(name)} value={name} />{title}</label>
              <button type="button" class="tool" disabled={!at} aria-label={say(`Move ${title} up`, `上移${title}`)} onClick={() => setOrder(moved(order, at, at - 1))}><svg class="icon" aria-hidden="true"><use href={icon("chevron-up")} /></svg></button>
              <button type="button" class="tool" disabled={at === order.length - 1} aria-label={say(`Move ${title} down`, `下移${title}`)} onClick={() => setOrder(moved(order, at, at + 1))}><svg class="icon" aria-hidden="true"><use href={icon("chevron-down")} /></svg></button>
            </li>
          );
        })}
      </ol>
      {wrong && <p class="message wrong" role="alert">{wrong}</p>}
      <footer>
        <button type="button" class="primary" disabled={!columns.length} onClick={() => void keep(columns)}>{say("Apply", "应用")}</button>
        {own && !view && <button type="button" class="plain" onClick={() => void keep(null)}>{say("As at first", "恢复默认")}</button>}
      </footer>
    </>
  );
}
