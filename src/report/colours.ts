import picocolors from "picocolors";

/** Colours of a report; functions that return their text unchanged when colours are off. */
export type Colours = ReturnType<typeof picocolors.createColors>;

/** Colours, on or off. Whether they are wanted is for the caller to say: nothing is guessed from the process here. */
export function createColours(enabled: boolean): Colours {
  return picocolors.createColors(enabled);
}

/** Reports without colours. */
export const PLAIN: Colours = createColours(false);
