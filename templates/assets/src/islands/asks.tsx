/** The questions of an action: of one record, or once for many. */

import { sendable, type Field } from "../definitions";
import { Input } from "./inputs";

interface Props { asks: Record<string, Field>; values: Record<string, any>; fault: (name: string) => string | undefined; onChange: (name: string, value: any) => void }

export function Asks({ asks, values, fault, onChange }: Props) {
  return (
    <>
      {Object.entries(asks).map(([name, field]) => (
        <div class="field" key={name}><span>{field.title}{field.required && <b class="needed"> *</b>}</span>
          <Input field={field} label={field.title} value={values[name] ?? null} invalid={!!fault(name)} required={!!field.required} onChange={(value) => onChange(name, value)} />
          {fault(name) && <span class="fault">{fault(name)}</span>}</div>
      ))}
    </>
  );
}

/** What is sent of them: what was answered. */
export function answersOf(values: Record<string, any>): Record<string, any> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null).map(([name, value]) => [name, sendable(value)]));
}
