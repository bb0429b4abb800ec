import picocolors from "picocolors";

/** Colours of a report; functions that return their text unchanged when colours are off. */
export type Paint = ReturnType<typeof picocolors.createColors>;

/** Colours, on or off. Whether they are wanted is for the caller to say: nothing is guessed from the process here. */
export function createPaint(enabled: boolean): Paint {
  return picocolors.createColors(enabled);
}

/** Reports without colours. */
export const PLAIN: Paint = createPaint(false);
