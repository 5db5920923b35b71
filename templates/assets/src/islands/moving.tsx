/** Whom a move of a task brings in, and where he is asked; until when a decision may be taken back. Used by `dialogue`. */

import { useState } from "preact/hooks";
import { say } from "../api";
import type { Move } from "../deeds";
import type { Named } from "../definitions";
import { told } from "../moments";
import { Picker } from "./picker";

const PLACES: Record<string, string> = {
  before: say("before me", "在我之前"), after: say("after me", "在我之后"), beside: say("beside me", "与我同时"),
};

interface Props { move: Move; to: string; where: string; fault: string | undefined; onTo: (to: string) => void; onWhere: (where: string) => void }

export function Moving({ move, to, where, fault, onTo, onWhere }: Props) {
  const [person, setPerson] = useState<Named | null>(null);
  const who = say("Who", "人员");
  return (
    <>
      {move.until && <p class="quiet">{say(`Possible until ${told(new Date(move.until), "")}, as long as nobody has acted since.`, `${told(new Date(move.until), "")}之前且无人继续处理时可撤回。`)}</p>}
      {move.people && <div class="field"><span>{who}<b class="needed"> *</b></span>
        <Picker to={[]} path={move.people} value={person} label={who} invalid={!!fault} onChange={(chosen) => { setPerson(chosen); onTo(chosen?.id ?? ""); }} />
        {fault && <span class="fault" role="alert">{fault}</span>}</div>}
      {move.among.length > 0 && <label class="field"><span>{who}</span>
        <select class="form-select" value={to} onChange={(event) => onTo(event.currentTarget.value)}>{move.among.map((each) => <option key={each.id} value={each.id}>{each.title ?? each.code}</option>)}</select></label>}
      {move.places.length > 0 && <fieldset class="field places"><legend>{say("Asked", "加签顺序")}</legend>
        {move.places.map((each) => <label class="check" key={each}><input type="radio" class="form-check-input" name="where" value={each} checked={where === each} onChange={() => onWhere(each)} /> {PLACES[each] ?? each}</label>)}</fieldset>}
    </>
  );
}
