/** What has a code is read by the camera as well as typed. Offered where a finger points: at a desk there are scanners. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Refused, say } from "../api";
import { recordOf } from "../codes";
import type { Named } from "../definitions";
import { Camera } from "./camera";

const TOUCHED = matchMedia("(any-pointer: coarse)");

interface Props { label: string; children: ComponentChildren; onCode: (code: string) => void }

export function WithCamera({ label, children, onCode }: Props) {
  const [seeing, setSeeing] = useState(false);
  if (!TOUCHED.matches) return <>{children}</>;
  return (
    <>
      <div class="coded">{children}<button type="button" class="plain" data-camera-open aria-expanded={seeing} aria-label={say(`Read ${label} by camera`, `用相机读取${label}`)} onClick={() => setSeeing(!seeing)}>{say("Camera", "相机")}</button></div>
      {seeing && <Camera onCode={(code) => { setSeeing(false); onCode(code); }} onEnd={() => setSeeing(false)} />}
    </>
  );
}

interface ChoosingProps { among: readonly string[]; label: string; children: ComponentChildren; onFound: (found: Named) => void }

/** Chooses the record whose code the camera has read. */
export function ChosenByCamera({ among, label, children, onFound }: ChoosingProps) {
  const [fault, setFault] = useState("");
  async function choose(code: string): Promise<void> {
    setFault("");
    try {
      const found = await recordOf(among, code);
      if (found) return onFound(found);
      setFault(say(`Nothing has the code ${code}.`, `没有编码为 ${code} 的记录。`));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setFault(error.problem.detail);
    }
  }
  return <><WithCamera label={label} onCode={(code) => void choose(code)}>{children}</WithCamera>{fault && <span class="fault" role="alert">{fault}</span>}</>;
}
