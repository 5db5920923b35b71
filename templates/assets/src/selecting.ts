/** What is selected of a list: one by one, up to here with Shift, or all. */

import { useRef, useState } from "preact/hooks";

export interface Selecting {
  selected: ReadonlySet<string>;
  /** Turns one on or off; with `range` everything from the last one that was turned. */
  turn: (id: string, range: boolean) => void;
  select: (ids: readonly string[]) => void;
}

/** `ids` in the order in which they are shown; `begin` is what is selected when the page opens. */
export function useSelecting(ids: readonly string[], begin: () => ReadonlySet<string> = () => new Set()): Selecting {
  const [selected, setSelected] = useState<ReadonlySet<string>>(begin);
  const last = useRef<string | null>(null);
  return {
    selected,
    select: (chosen) => setSelected(new Set(chosen)),
    turn: (id, range) => setSelected((now) => {
      const next = new Set(now);
      const on = !next.has(id);
      const at = ids.indexOf(id);
      const from = range && last.current ? ids.indexOf(last.current) : at;
      for (const each of ids.slice(Math.max(0, Math.min(from, at)), Math.max(from, at) + 1)) on ? next.add(each) : next.delete(each);
      last.current = id;
      return next;
    }),
  };
}
