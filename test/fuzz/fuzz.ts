import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Failure, FuzzReport, FuzzSettings, ToParent } from "./protocol.ts";

const CHILD = fileURLToPath(new URL("./child.ts", import.meta.url));

/** An input that is still read after so many seconds hangs: five seconds of CPU time are too many already, and other work may share it. */
const HANG_SECONDS = 60;

/**
 * Fuzzes every reader in a process of its own, so that an input that hangs or ends it is seen and named.
 * @param onFailure told each failure as soon as it is found
 * @param program the process; for tests of what ends it
 */
export async function fuzz(
  settings: FuzzSettings,
  onFailure: (failure: Failure) => void = () => undefined,
  program: string = CHILD,
): Promise<FuzzReport> {
  const directory = mkdtempSync(join(tmpdir(), "llm-placement-fuzz-log-"));
  const log = join(directory, "input");
  const child = fork(program, [JSON.stringify(settings), log], {
    execArgv: ["--import", "tsx"],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  try {
    const failures: Failure[] = [];
    const found = (failure: Failure): void => {
      failures.push(failure);
      onFailure(failure);
    };
    const { report, end } = await watch(child, log, found);
    if (end !== null) found({ ...lastInput(log), error: end });
    return { ...report, failures };
  } finally {
    child.kill("SIGKILL");
    rmSync(directory, { recursive: true, force: true });
  }
}

/** How far the process came, and how it ended before it was done; null when it was done. */
interface Ending {
  readonly report: FuzzReport;
  readonly end: string | null;
}

function watch(
  child: ChildProcess,
  log: string,
  onFailure: (failure: Failure) => void,
): Promise<Ending> {
  return new Promise((resolve) => {
    let stderr = "";
    let report: FuzzReport = { inputs: 0, byTarget: {}, failures: [] };
    child.stderr?.on("data", (chunk) => {
      stderr = `${stderr}${chunk}`.slice(0, 2000);
    });
    const timer = setInterval(() => {
      if (secondsSince(log) > HANG_SECONDS) finish(`it has not ended after ${HANG_SECONDS} s.`);
    }, 1000);
    const finish = (end: string | null): void => {
      clearInterval(timer);
      resolve({ report, end });
    };
    child.on("message", (message: ToParent) => {
      if ("failure" in message) onFailure(message.failure);
      else if ("progress" in message) report = message.progress;
      else {
        report = message.report;
        finish(null);
      }
    });
    child.on("error", (error) => finish(String(error)));
    child.on("close", (code, signal) =>
      finish(`the process ended with ${signal ?? `code ${code}`}.\n${stderr}`),
    );
  });
}

/** Seconds since the last input began; 0 before the first. */
function secondsSince(log: string): number {
  const stat = statSync(log, { throwIfNoEntry: false });
  return stat === undefined || stat.size === 0 ? 0 : (Date.now() - stat.mtimeMs) / 1000;
}

function lastInput(log: string): Omit<Failure, "error"> {
  const told = readFileSync(log);
  const head = told.indexOf("\n");
  const text = told.subarray(head + 1, head + 1 + Number(told.subarray(0, head))).toString();
  const [target = "", seed = ""] = text.split("\n", 2);
  return { target, seed: Number(seed), input: text.slice(target.length + seed.length + 2) };
}

/** A failure with all that it takes to see it again. */
export function failureText({ target, seed, input, error }: Failure): string {
  return `${target}, seed ${seed}:\n${error}\n--- input, ${input.length} characters, as JSON text ---\n${JSON.stringify(input)}\n`;
}
