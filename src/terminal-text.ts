/** What stands for a character that is not shown. */
export const REPLACEMENT = "\uFFFD";

/** Which sequences of our own a text may hold. */
export interface Allowed {
  /** Colours of `createColours`. */
  readonly colours?: boolean;
  /** What draws a line of progress again. */
  readonly redraws?: boolean;
}

/** Goes back to the beginning of a line and empties it. */
export const ERASE_LINE = "\r\u001b[K";

/** Colours and weights that a report uses, the line that is drawn again, then all that steers a terminal or turns text round. */
const STEERING =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what starts a colour.
  /(\u001b\[(?:0|1|2|3|4|7|9|2[1-9]|3[0-79]|9[0-7])m)|(\r\u001b\[K)|[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * A text as it may reach a terminal: of control characters only line feeds, tabs and the allowed sequences stay, and no character
 * that is invisible or turns the direction of others. The rest is replaced by U+FFFD.
 */
export function terminalText(text: string, { colours, redraws }: Allowed): string {
  return text.replace(STEERING, (found, colour?: string, redraw?: string) =>
    (colour && colours) || (redraw && redraws)
      ? found
      : found.replace(/\p{C}/gu, REPLACEMENT).replace(/[\p{Zl}\p{Zp}]/gu, REPLACEMENT),
  );
}
