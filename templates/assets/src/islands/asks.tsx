/** The questions of an action: of one record, or once for many. */

import { useRef, useState } from "preact/hooks";
import { say } from "../api";
import { sendable, type Field } from "../definitions";
import { Input } from "./inputs";

interface Props { asks: Record<string, Field>; values: Record<string, any>; fault: (name: string) => string | undefined; onChange: (name: string, value: any) => void }

export function Asks({ asks, values, fault, onChange }: Props) {
  return (
    <>
      {Object.entries(asks).map(([name, field]) => (
        <div class="field" key={name}><span>{field.title}{field.required && <b class="needed"> *</b>}</span>
          <Input at={`asks.${name}`} field={field} label={field.title} value={values[name] ?? null} invalid={!!fault(name)} required={!!field.required} onChange={(value) => onChange(name, value)} />
          {fault(name) && <span class="fault">{fault(name)}</span>}</div>
      ))}
    </>
  );
}

/** What is sent of them: what was answered. */
export function answersOf(values: Record<string, any>): Record<string, any> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null).map(([name, value]) => [name, sendable(value)]));
}

/** Answers given once for many. `onAnswer`: something was answered. A camera or a pen may answer between two pictures: what is sent is read from `given`. */
export function useAnswers(asks: Record<string, Field>, onAnswer: () => void) {
  const [answered, setAnswered] = useState<Record<string, any>>({});
  const [lacking, setLacking] = useState<string[]>([]);
  const given = useRef(answered);
  return {
    answered,
    answer(name: string, value: any): void {
      setAnswered((given.current = { ...given.current, [name]: value }));
      setLacking((now) => now.filter((each) => each !== name));
      onAnswer();
    },
    /** Whether everything that is needed was answered; what lacks is marked. */
    isWhole(): boolean {
      const empty = Object.keys(asks).filter((name) => asks[name]!.required && (given.current[name] ?? null) === null);
      setLacking(empty);
      return !empty.length;
    },
    lacks: (name: string): string | undefined => (lacking.includes(name) ? say("This is needed.", "此项必填。") : undefined),
    /** What is sent of them, if anything was answered. */
    sent(): { asks?: Record<string, any> } {
      const found = answersOf(given.current);
      return Object.keys(found).length ? { asks: found } : {};
    },
  };
}
