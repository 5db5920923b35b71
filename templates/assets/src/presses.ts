/** Presses that were meant for what stood here before: a second tap, a key that is held. Used by what decides and acts. */

import { useEffect, useState } from "preact/hooks";

/** Longer than the two taps of a double one lie apart, shorter than anybody reads. */
const MOMENT = 600;

/** Whether what is shown has only just appeared; a finger or mouse does nothing to it then. A key is meant. */
export function useFresh(): boolean {
  const [fresh, setFresh] = useState(true);
  useEffect(() => {
    const wait = setTimeout(() => setFresh(false), MOMENT);
    return () => clearTimeout(wait);
  }, []);
  return fresh;
}

/** Whether a press is one by finger or mouse: a key and a script give no count. */
export const isPointed = (event: MouseEvent): boolean => event.detail > 0;

/** A key that is held says the same again and again; the first time is enough. */
export function once(event: KeyboardEvent): void {
  if (event.repeat && event.key === "Enter" && event.target instanceof HTMLButtonElement) event.preventDefault();
}
