/** Notices: opening one means that it was read; all of them at once by one button. */

import { ask, newKey, Refused } from "./api";

export function readNotices(): void {
  for (const line of document.querySelectorAll<HTMLAnchorElement>("[data-notice].unread")) {
    line.addEventListener("click", () => void ask("PATCH", `notices/${line.dataset["notice"]}`, {}));
  }
  document.querySelector("[data-read-all]")?.addEventListener("click", (event) => void readAll(event.currentTarget as HTMLButtonElement));
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
