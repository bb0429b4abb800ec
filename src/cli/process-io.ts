import { once } from "node:events";
import { constants } from "node:os";
import { InputError } from "../errors.ts";
import { type CliIo, EXIT, type Output } from "./io.ts";

/** What asks a process to end: Ctrl-C, a scheduler's time limit or `kill`, a terminal that is closed. */
const ENDING_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** A process that a signal has ended has this exit code, plus the signal's number. */
const SIGNALLED = 128;

/** The world of a command that runs as this process. */
export function processIo(): CliIo {
  process.stdout.on("error", onOutputError);
  // With stderr gone there is nobody to tell.
  process.stderr.on("error", () => undefined);
  return {
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    env: process.env,
    ...(process.stdin.isTTY && process.stderr.isTTY && { ask }),
    exit: (code) => process.exit(code),
    onInterrupt: (listener) => {
      const listeners = ENDING_SIGNALS.map(
        (signal) => [signal, () => listener(SIGNALLED + constants.signals[signal])] as const,
      );
      for (const [signal, heard] of listeners) process.on(signal, heard);
      return () => {
        for (const [signal, heard] of listeners) process.off(signal, heard);
      };
    },
  };
}

/** Asks on stderr: stdout is for data. */
async function ask(question: string): Promise<string> {
  const { createInterface } = await import("node:readline/promises");
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new AbortController();
  terminal.once("close", () => closed.abort());
  try {
    return await terminal.question(question, { signal: closed.signal });
  } catch (error) {
    if (!closed.signal.aborted) throw error;
    throw new InputError("stdin", "it ended before all was answered.", "Give the flags instead.");
  } finally {
    terminal.close();
  }
}

function outputOf(stream: NodeJS.WriteStream): Output {
  return {
    isTty: stream.isTTY === true,
    columns: stream.columns,
    write: async (text) => {
      if (!stream.write(text)) await once(stream, "drain");
    },
  };
}

/** A reader that has seen enough, such as `head`, ends the command quietly. */
function onOutputError(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit(EXIT.brokenPipe);
  throw error;
}
