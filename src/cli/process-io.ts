import { once } from "node:events";
import { type CliIo, EXIT, type Output } from "./io.ts";

/** The world of a command that runs as this process. */
export function processIo(): CliIo {
  process.stdout.on("error", onOutputError);
  // With stderr gone there is nobody to tell.
  process.stderr.on("error", () => undefined);
  return {
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    env: process.env,
    exit: (code) => process.exit(code),
    onInterrupt: (listener) => {
      process.on("SIGINT", listener);
      return () => process.off("SIGINT", listener);
    },
  };
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
