import { fstatSync, writeSync } from "node:fs";
import { constants } from "node:os";
import { InputError } from "../../errors.ts";
import { type CliIo, EXIT, type Output, OutputError } from "./io.ts";

/** What asks a process to end: Ctrl-C, a scheduler's time limit or `kill`, a terminal that is closed. */
const ENDING_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** A process that a signal has ended has this exit code, plus the signal's number. */
const SIGNALLED = 128;

/** The world of a command that runs as this process. */
export function processIo(): CliIo {
  // What goes wrong is told to whoever wrote.
  process.stdout.on("error", () => undefined);
  process.stderr.on("error", () => undefined);
  const stderr = outputOf(process.stderr, process.stderr.fd);
  return {
    stdout: outputOf(process.stdout, process.stdout.fd),
    stderr: {
      ...stderr,
      // Where nobody can be told, the answer is still given.
      write: async (text) => {
        await Promise.resolve(stderr.write(text)).catch(() => undefined);
      },
    },
    env: process.env,
    progressLines: true,
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
    throw new InputError(
      "stdin",
      "it ended before every question was answered.",
      "Give the flags instead.",
    );
  } finally {
    terminal.close();
  }
}

function outputOf(stream: NodeJS.WriteStream, fd: number): Output {
  const write = isWrittenAtOnce(stream, fd)
    ? (text: string): void => writeAll(fd, text)
    : (text: string): Promise<void> =>
        new Promise((resolve, reject) =>
          stream.write(text, (error) => (error ? reject(error) : resolve())),
        );
  return {
    isTty: stream.isTTY === true,
    columns: stream.columns,
    write: async (text) => {
      try {
        await write(text);
      } catch (error) {
        throw outputError(error as NodeJS.ErrnoException);
      }
    },
  };
}

/** Whether a stream ends in a file or a device: Node's stream then takes half a text for a whole one when the disk is full. */
function isWrittenAtOnce(stream: NodeJS.WriteStream, fd: number): boolean {
  const stats = fstatSync(fd);
  return !stream.isTTY && (stats.isFile() || stats.isCharacterDevice());
}

function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
}

function outputError({ code = "unknown" }: NodeJS.ErrnoException): OutputError {
  return new OutputError(
    code === "EPIPE" ? EXIT.brokenPipe : EXIT.badInput,
    `it cannot be written (${code}): the output is incomplete.`,
  );
}
