/**
 * Lays the rows of a table out before somebody comes to them, while the browser has nothing else to do.
 *
 * What is not in sight is not laid out until then (`.sheet tbody tr`), so that a letter costs its own row alone; whoever jumps to
 * row 150 must not wait for thirty rows at once either. Used by the grid.
 */

/** Milliseconds: a letter that is typed meanwhile waits no longer than a slice. */
const SLICE = 8;
const LATER = 200;

/** In slices, from the first row on; gives how to end it. */
export function layAhead(rows: readonly Element[]): () => void {
  let at = 0;
  let wait = 0;
  const idle = "requestIdleCallback" in globalThis;
  const next = (): void => { wait = idle ? requestIdleCallback(some) : window.setTimeout(some, LATER); };
  function some(left?: IdleDeadline): void {
    const until = performance.now() + Math.min(SLICE, left?.timeRemaining() ?? 0);
    do rows[at++]?.lastElementChild?.getBoundingClientRect();
    while (at < rows.length && performance.now() < until);
    if (at < rows.length) next();
  }
  next();
  return () => (idle ? cancelIdleCallback(wait) : clearTimeout(wait));
}
