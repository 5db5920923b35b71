/** One input for each widget, which a type of field names. What it gives is what the API takes. */

import { useContext } from "preact/hooks";
import { Choosing } from "../codes";
import type { Field } from "../definitions";
import { meant, written } from "../moments";
import { ChosenByCamera, WithCamera } from "./coded";
import { FileInput, Signature } from "./files";
import { Picker } from "./picker";

/** `at`: the path of a field of the record that is filled, in `row` of a table. */
interface Props { field: Field; value: any; label: string; invalid?: boolean | undefined; required?: boolean | undefined; inRow?: boolean; at?: string; row?: string; unit?: string | undefined; onChange: (value: any) => void; onNext?: () => void }

/** What a browser has an input for; everything else is typed as text. */
const KINDS: Record<string, string> = { date: "date", url: "url" };
/** A record, named by its code where it cannot be picked. */
export const NAMED: ReadonlySet<string> = new Set(["reference", "person", "org_unit"]);

export function Input(props: Props) {
  const { field, value, label, invalid, onChange } = props;
  const common = { class: "form-control", "aria-label": label, "aria-invalid": invalid ? ("true" as const) : undefined, "aria-required": props.required ? ("true" as const) : undefined };
  const among = field.among ?? [];
  const choose = useContext(Choosing);
  if (among.length) {
    const { at, row } = props;
    const picker = <Picker to={among} {...(choose && at && field.narrowed ? { choose: (q: string, signal: AbortSignal) => choose(at, row, q, signal) } : {})} {...(field.makes ? { makes: field.makes } : {})} value={value} label={label} invalid={!!invalid} onChange={onChange} {...(props.onNext ? { onNext: props.onNext } : {})} />;
    return props.inRow || !field.coded ? picker : <ChosenByCamera among={among} label={label} onFound={onChange}>{picker}</ChosenByCamera>;
  }
  if (NAMED.has(field.widget)) return <Any {...props} />;
  if (field.widget === "choice") {
    return (
      <select {...common} class="form-select" value={value ?? ""} onChange={(event) => onChange(event.currentTarget.value || null)}>
        <option value=""></option>
        {field.options?.map((each) => <option key={each.value} value={each.value}>{each.title}</option>)}
      </select>
    );
  }
  if (field.widget === "choices") return <Choices {...props} />;
  if (field.widget === "check") return <input type="checkbox" class="form-check-input" aria-label={label} checked={value === true} onChange={(event) => onChange(event.currentTarget.checked)} />;
  if (field.widget === "area") return <textarea {...common} rows={3} value={value ?? ""} onInput={(event) => onChange(event.currentTarget.value || null)} />;
  if (field.widget === "moment") return <input {...common} type="datetime-local" value={written(value)} onInput={(event) => onChange(meant(event.currentTarget.value))} />;
  if (field.widget === "signature") return <Signature {...props} />;
  if (field.widget === "image" || field.widget === "file") return <FileInput {...props} />;
  const typed = (
    <input {...common} class={field.digits ? "form-control number" : "form-control"} type={KINDS[field.widget] ?? "text"} inputMode={field.digits ? "decimal" : undefined}
      autocomplete="off" value={value ?? ""} onInput={(event) => onChange(read(field, event.currentTarget.value))} />
  );
  if (props.unit !== undefined) return <span class="measured">{typed}<small>{props.unit}</small></span>;
  return field.widget === "scan" && !props.inRow ? <WithCamera label={label} onCode={onChange}>{typed}</WithCamera> : typed;
}

/** Digits as they were typed; the server says whether they are a number. */
function read(field: Field, typed: string): any {
  const text = typed.trim();
  if (!text) return null;
  return !field.digits ? typed : field.widget === "whole" ? whole(text) : text;
}

/** A whole number travels as one; what is none yet stays as it was typed. */
export const whole = (text: string): number | string => (/^-?[0-9]{1,15}$/.test(text) ? Number(text) : text);

/** A record of a form that one may not look into is named by code: the server knows what that means. */
function Any({ value, label, invalid, onChange }: Props) {
  const shown = value && typeof value === "object" ? value.code ?? "" : value ?? "";
  return <input class="form-control" aria-label={label} aria-invalid={invalid ? "true" : undefined} value={shown} onInput={(event) => onChange(event.currentTarget.value ? { code: event.currentTarget.value } : null)} />;
}

function Choices({ field, value, label, onChange }: Props) {
  const chosen = new Set<string>(value ?? []);
  function turn(name: string): void {
    if (!chosen.delete(name)) chosen.add(name);
    onChange(chosen.size ? [...chosen] : null);
  }
  return (
    <div role="group" aria-label={label} class="choices">
      {field.options?.map((each) => (
        <label key={each.value}><input type="checkbox" class="form-check-input" checked={chosen.has(each.value)} onChange={() => turn(each.value)} /> {each.title}</label>
      ))}
    </div>
  );
}
