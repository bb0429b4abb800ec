import { spawnSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";

const MICROSECONDS = 1e6;
const KIB_PER_MIB = 1024;
const MILLISECONDS = 1000;
const MOST_STDERR_BYTES = 2 ** 26;

/**
 * Runs in the measured process, for `--import`: when it ends, what it used goes to file descriptor 3. Threads count, and are not asked
 * themselves. Linux hands the peak memory of the parent on to a child (ru_maxrss in getrusage(2)), so it is asked for VmHWM (proc(5)),
 * which starts anew with the program. What it takes to tear the process down afterwards is missing.
 */
const REPORTER_SOURCE = `
import { readFileSync, writeSync } from "node:fs";
import { isMainThread } from "node:worker_threads";
if (isMainThread) process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const peakKib = process.platform === "linux"
    ? Number(/^VmHWM:\\s*(\\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))[1])
    : maxRSS;
  writeSync(3, JSON.stringify({ userCPUTime, systemCPUTime, peakKib }));
});
`;

/** The argument of `--import`, for runners that start processes themselves and give them a pipe as file descriptor 3. */
export const USAGE_REPORTER: string = `data:text/javascript,${encodeURIComponent(REPORTER_SOURCE)}`;

/** What a process used, from its start to its end. */
export interface ProcessUsage {
  /** In user mode, all threads. */
  readonly userSeconds: number;
  /** In user and system mode, all threads. */
  readonly processorSeconds: number;
  /** Most memory that was resident at once. */
  readonly peakMemoryMib: number;
}

/** What the reporter wrote. @throws Error when it wrote nothing: the process did not end by itself */
export function parseUsage(reported: string): ProcessUsage {
  if (reported === "") throw new Error("the process ended without a report of what it used");
  const { userCPUTime, systemCPUTime, peakKib } = JSON.parse(reported) as {
    readonly userCPUTime: number;
    readonly systemCPUTime: number;
    readonly peakKib: number;
  };
  return {
    userSeconds: userCPUTime / MICROSECONDS,
    processorSeconds: (userCPUTime + systemCPUTime) / MICROSECONDS,
    peakMemoryMib: peakKib / KIB_PER_MIB,
  };
}

/** A process that ended by itself. */
export interface FinishedProcess extends ProcessUsage {
  readonly exitCode: number;
  readonly stderr: string;
  readonly wallSeconds: number;
}

/**
 * Runs Node with these arguments and measures the process.
 * @param outputPath file that takes its stdout: reading from a pipe would keep this process busy beside it
 * @param mostSeconds after which it is killed
 * @returns null when it was killed
 * @throws Error when it cannot be started or ends by a signal of others
 */
export function runProcess(
  args: readonly string[],
  outputPath: string,
  mostSeconds: number,
): FinishedProcess | null {
  const output = openSync(outputPath, "w");
  const started = performance.now();
  const child = spawnSync(process.execPath, ["--import", USAGE_REPORTER, ...args], {
    encoding: "utf8",
    stdio: ["ignore", output, "pipe", "pipe"],
    maxBuffer: MOST_STDERR_BYTES,
    timeout: mostSeconds * MILLISECONDS,
    killSignal: "SIGKILL",
  });
  const wallSeconds = (performance.now() - started) / MILLISECONDS;
  closeSync(output);
  if (child.error && "code" in child.error && child.error.code === "ETIMEDOUT") return null;
  if (child.error) throw child.error;
  if (child.status === null) {
    throw new Error(`node ${args.join(" ")} was ended by ${child.signal}: ${child.stderr}`);
  }
  return {
    ...parseUsage(child.output[3]!),
    exitCode: child.status,
    stderr: child.stderr,
    wallSeconds,
  };
}
