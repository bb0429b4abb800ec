import { terminalText } from "../../terminal-text.ts";
import { type CliIo, type Output, wantsColours } from "./io.ts";

/** The world of a command behind the one guard that everything passes on its way out. */
export interface Edge {
  readonly io: CliIo;
  /** Ends when all is written. @throws OutputError when something that nobody waited for was not */
  readonly settle: () => Promise<unknown>;
}

/**
 * Puts the guard before both outputs: no character of any file steers a terminal, whatever a command prints.
 * @param colours what the user said of colours, asked for when something is printed
 */
export function edgeOf(io: CliIo, colours: () => boolean | undefined): Edge {
  let written: Promise<unknown> = Promise.resolve();
  const guarded = (output: Output, guard: (text: string) => string): Output => ({
    isTty: output.isTty,
    columns: output.columns,
    write: (text) => {
      const done = Promise.resolve(output.write(guard(text)));
      written = Promise.all([written, done]);
      // Who does not wait is told by `settle`.
      done.catch(() => undefined);
      written.catch(() => undefined);
      return done;
    },
  });
  const stdoutColours = (): boolean => wantsColours({ ...io, colours: colours() });
  return {
    io: {
      ...io,
      stdout: guarded(io.stdout, (text) => terminalText(text, { colours: stdoutColours() })),
      stderr: guarded(io.stderr, (text) => terminalText(text, { redraws: io.stderr.isTty })),
    },
    settle: () => written,
  };
}
