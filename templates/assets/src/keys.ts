/** Which keys are the page's own. */

/** Whether a key is meant for a field that is written in, for the browser, or for a dialogue: then it is none of ours. */
export function isElsewhere(event: KeyboardEvent): boolean {
  const at = event.target;
  const writing = at instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName) && !at.matches("[type=checkbox]");
  return writing || event.ctrlKey || event.metaKey || event.altKey || !!document.querySelector("dialog[open]");
}
