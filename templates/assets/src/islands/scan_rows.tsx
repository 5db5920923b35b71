/** One more of what is scanned: its row's count rises, or a row is added. Codes queue, so that a fast scanner loses none. */

import { useRef, useState } from "preact/hooks";
import { newId, say } from "../api";
import { recordOf } from "../codes";
import type { Field, Row } from "../definitions";
import { titled } from "../shown";
import { Camera } from "./camera";
import type { Cell } from "./grid";

interface Props { columns: [string, Field][]; rows: Row[]; counted: string; adds: boolean; onWrite: (cells: Cell[]) => void }

export function ScanRows({ columns, rows, counted, adds, onWrite }: Props) {
  const [said, setSaid] = useState("");
  const [seeing, setSeeing] = useState(false);
  const queue = useRef(Promise.resolve());
  const latest = useRef(rows);
  latest.current = rows;
  const found = columns.find(([, field]) => field.widget === "reference" && field.among?.length);
  if (!found) return null;
  const [column, field] = found;

  async function take(code: string): Promise<void> {
    const exact = await recordOf(field.among!, code);
    if (!exact) {
      setSaid(say(`Nothing has the code ${code}.`, `没有编码为 ${code} 的记录。`));
      return;
    }
    const row = latest.current.find((each) => (each[column] as any)?.id === exact.id || (each[column] as any)?.code === exact.code);
    if (!row && !adds) {
      setSaid(say(`${exact.code} is in none of these rows.`, `${exact.code} 不在这些行中。`));
      return;
    }
    const more = add(String(row?.[counted] ?? "0"));
    const at = row?.row ?? newId();
    onWrite([...(row ? [] : [{ row: at, column, value: exact }]), { row: at, column: counted, value: more }]);
    setSaid(`${titled(exact)} × ${more}`);
    await new Promise((done) => requestAnimationFrame(done));
  }

  const scanned = (code: string) => {
    queue.current = queue.current.then(() => take(code)).catch((error) => setSaid(String(error.message ?? error)));
  };

  return (
    <>
      <div class="acts">
        <input class="form-control" autocomplete="off" placeholder={say("Scan or type a code", "扫描或输入编码")} aria-label={say("Scan", "扫描")}
          onKeyDown={(event) => {
            const code = event.currentTarget.value.trim();
            if (event.key !== "Enter") return;
            event.preventDefault();
            event.stopPropagation();
            event.currentTarget.value = "";
            if (code) scanned(code);
          }} />
        {!seeing && <button type="button" class="plain" data-camera-open onClick={() => setSeeing(true)}>{say("Camera", "相机")}</button>}
        <span aria-live="polite" data-scanned>{said}</span>
      </div>
      {seeing && <Camera onCode={scanned} onEnd={() => setSeeing(false)} />}
    </>
  );
}

/** One more, exactly: digits are never a float. */
function add(digits: string): string {
  const [whole, rest] = digits.split(".");
  return `${BigInt(whole || "0") + 1n}${rest ? `.${rest}` : ""}`;
}
