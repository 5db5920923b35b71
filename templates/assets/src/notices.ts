/** Notices: opening one, or the record that they are about, means that it was read; all of them at once by one button. */

import { ask, newKey, Refused } from "./api";

const UNREAD = "[data-notice].unread";

export function readNotices(): void {
  for (const line of document.querySelectorAll<HTMLAnchorElement>(UNREAD)) line.addEventListener("click", () => read(line));
  for (const about of document.querySelectorAll("[data-notices]")) {
    about.querySelector("h3 a")?.addEventListener("click", () => about.querySelectorAll<HTMLElement>(UNREAD).forEach(read));
  }
  document.querySelector("[data-read-all]")?.addEventListener("click", (event) => void readAll(event.currentTarget as HTMLButtonElement));
}

function read(line: HTMLElement): void {
  void ask("PATCH", `notices/${line.dataset["notice"]}`, {}, { key: newKey() });
}

async function readAll(button: HTMLButtonElement): Promise<void> {
  button.disabled = true;
  try {
    await ask("PATCH", "notices", {}, { key: newKey() });
    location.reload();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    button.disabled = false;
    button.setCustomValidity(error.problem.detail);
    button.reportValidity();
  }
}
