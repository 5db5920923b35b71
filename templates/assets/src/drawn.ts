/** What is drawn, or searched by a code that was left, and not yet taken over: it counts when what it is for is done. Used by fields and what sends them. */

/** Gives the drawing to its field; false: it could not be sent, and the field says why. */
type Take = () => Promise<boolean>;

const drawn = new Set<Take>();

/** As long as something is drawn; gives how to forget it. */
export function keepDrawn(take: Take): () => void {
  drawn.add(take);
  return () => void drawn.delete(take);
}

/** Everything that is drawn is taken; whether all of it could be. */
export async function takeDrawn(): Promise<boolean> {
  const taken = await Promise.all([...drawn].map((take) => take()));
  return taken.every(Boolean);
}
