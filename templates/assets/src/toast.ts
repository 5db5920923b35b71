/** A word about what just happened, on this page or on the one that follows. */

const KEY = "said";

/** Says it on the next page that opens in this window. */
export function sayNext(words: string): void {
  sessionStorage.setItem(KEY, words);
}

export function sayNow(words: string): void {
  document.querySelector(".spoken")?.remove();
  const place = document.createElement("p");
  place.className = "spoken";
  place.setAttribute("role", "status");
  document.body.append(place);
  // Said after it is there, so that a screen reader reads it.
  requestAnimationFrame(() => { place.textContent = words; });
  setTimeout(() => place.remove(), 6_000);
}

export function sayWaiting(): void {
  const words = sessionStorage.getItem(KEY);
  if (!words) return;
  sessionStorage.removeItem(KEY);
  sayNow(words);
}
