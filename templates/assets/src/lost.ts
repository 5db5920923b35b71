/** The line that is gone and comes back: what was said of its loss is true no longer then. Used wherever something is sent. */

import { useEffect } from "preact/hooks";

/** The browser has a line again. */
export function useBack(then: () => void): void {
  useEffect(() => {
    addEventListener("online", then);
    return () => removeEventListener("online", then);
  });
}
