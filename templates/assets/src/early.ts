/** Keys that were pressed before everything on the page that answers them was awake; none is lost. Used by `main`. */

let early: KeyboardEvent[] | null = [];

/** Whether a key waits until the page is awake. Nobody else hears it now: it is pressed again, in its turn. */
export function waits(event: KeyboardEvent): boolean {
  if (!early || event.repeat || event.key.length > 1 || event.key === " ") return false;
  event.stopImmediatePropagation();
  early.push(event);
  return true;
}

/** Everything is awake: what was pressed meanwhile is pressed now. */
export function awake(): void {
  const kept = early ?? [];
  early = null;
  for (const { key, shiftKey } of kept) document.body.dispatchEvent(new KeyboardEvent("keydown", { key, shiftKey, bubbles: true, cancelable: true }));
}
