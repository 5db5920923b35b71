/** What this page has read of other records: conditions ask it of a record that was just chosen. Never kept. */

const seen = new Map<string, Readonly<Record<string, unknown>>>();

export function remember(id: string, values: Readonly<Record<string, unknown>>): void {
  seen.set(id, values);
}

export function valuesOf(id: string): Readonly<Record<string, unknown>> | undefined {
  return seen.get(id);
}
