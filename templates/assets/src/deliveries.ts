/** Messages that were given up: one, the chosen or all of a page are sent again, and each line says what came of it. */

import { ask, newKey, Refused, say } from "./api";

export function resendMessages(): void {
  const table = document.querySelector<HTMLElement>("[data-deliveries]");
  if (!table) return;
  for (const button of table.querySelectorAll<HTMLButtonElement>("[data-resend]")) {
    button.addEventListener("click", () => void resend([button.closest("tr")!]));
  }
  const chosen = document.querySelector<HTMLButtonElement>("[data-resend-chosen]");
  const all = document.querySelector<HTMLButtonElement>("[data-resend-all]");
  const rows = (only: string) => [...table.querySelectorAll<HTMLElement>(`tr[data-message]:has(${only})`)];
  const follow = () => {
    if (chosen) chosen.disabled = !rows("[data-choose]:checked").length;
    if (all) all.disabled = !rows("[data-resend]").length;
  };
  table.addEventListener("change", (event) => {
    const box = event.target as HTMLInputElement;
    if (box.value === "") for (const each of table.querySelectorAll<HTMLInputElement>("tbody [data-choose]:enabled")) each.checked = box.checked;
    follow();
  });
  chosen?.addEventListener("click", () => void resend(rows("[data-choose]:checked")).then(follow));
  all?.addEventListener("click", () => void resend(rows("[data-resend]")).then(follow));
}

/** One after the other, so that they wait in their order; each line shows its own answer. */
async function resend(rows: HTMLElement[]): Promise<void> {
  for (const row of rows) {
    const place = row.querySelector<HTMLElement>("[data-answer]")!;
    const button = place.querySelector<HTMLButtonElement>("button");
    if (!button || button.disabled) continue;
    button.disabled = true;
    try {
      await ask("POST", `deliveries/${row.dataset["message"]}/resend`, {}, { key: newKey() });
      place.textContent = say("Waits to be sent", "等待发送");
      settle(row);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      place.textContent = error.problem.detail;
      if (error.problem.status === 0) place.append(" ", button);
      else settle(row);
      button.disabled = false;
    }
  }
}

function settle(row: HTMLElement): void {
  const box = row.querySelector<HTMLInputElement>("[data-choose]");
  if (box) { box.checked = false; box.disabled = true; }
}
