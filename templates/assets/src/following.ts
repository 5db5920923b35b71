/** A record that is looked at: whether somebody has changed it since. */

interface Told { id: string; revision: number }

/** Something has happened to a record: the page that shows it older says so. */
export function follow({ id, revision }: Told): void {
  const bar = barOf(id);
  if (!bar) return;
  bar.dataset["heard"] = String(Math.max(revision, Number(bar.dataset["heard"] ?? 0)));
  judge(bar);
}

/** What was done here oneself: no news. */
export function know({ id, revision }: Told): void {
  const bar = barOf(id);
  if (!bar) return;
  bar.dataset["revision"] = String(revision);
  judge(bar);
}

const barOf = (id: string) => document.querySelector<HTMLElement>(`[data-follows="${CSS.escape(id)}"]`);

function judge(bar: HTMLElement): void {
  bar.hidden = Number(bar.dataset["heard"] ?? 0) <= Number(bar.dataset["revision"]);
}
