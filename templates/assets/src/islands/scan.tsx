/** The page for scanning: the camera, a hardware scanner or the keyboard; what was scanned last stands on top. */

import { useRef, useState } from "preact/hooks";
import { say } from "../api";
import { tellMoments } from "../moments";
import { Camera } from "./camera";

const TOUCHED = matchMedia("(any-pointer: coarse)");
const KEPT = 10;

/** Puts what a code is above what was scanned before. Raises when the server cannot be reached. */
async function tell(code: string): Promise<void> {
  const place = document.querySelector<HTMLElement>("[data-scanned]")!;
  const answer = await fetch(`/scan/found?code=${encodeURIComponent(code)}`, { headers: { Accept: "text/html" }, credentials: "same-origin" });
  if (answer.redirected || !answer.ok) return location.assign(`/scan?code=${encodeURIComponent(code)}`);
  const told = new DOMParser().parseFromString(await answer.text(), "text/html");
  place.querySelector("[data-begin]")?.remove();
  place.prepend(...[...told.body.childNodes].map((each) => document.importNode(each, true)));
  [...place.querySelectorAll(":scope > .thing")].slice(KEPT).forEach((each) => each.remove());
  tellMoments(place);
}

export function Scan() {
  const [seeing, setSeeing] = useState(TOUCHED.matches);
  const [fault, setFault] = useState("");
  const queue = useRef(Promise.resolve());
  const scanned = (code: string) => {
    queue.current = queue.current.then(() => tell(code)).then(() => setFault(""), () => setFault(say("The server cannot be reached. Scan it again in a moment.", "无法连接服务器，请稍后重新扫描。")));
  };
  return (
    <>
      {seeing && <Camera onCode={scanned} onEnd={() => setSeeing(false)} />}
      <div class="acts">
        <input class="form-control" autocomplete="off" aria-label={say("Code", "编码")} placeholder={say("Scan or type a code", "扫描或输入编码")} data-code
          ref={(place) => { if (place && !TOUCHED.matches && document.activeElement === document.body) place.focus(); }}
          onKeyDown={(event) => {
            const code = event.currentTarget.value.trim();
            if (event.key !== "Enter" || !code) return;
            event.preventDefault();
            event.currentTarget.value = "";
            scanned(code);
          }} />
        {!seeing && <button type="button" class="plain" data-camera-open onClick={() => setSeeing(true)}>{say("Camera", "相机")}</button>}
      </div>
      {fault && <p class="message wrong" role="alert">{fault}</p>}
    </>
  );
}
