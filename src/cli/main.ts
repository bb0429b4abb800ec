#!/usr/bin/env node
import type { MilpBackend } from "../milp/model.ts";

// Nothing is imported before it is known what for: modules are most of what a short command takes.
const argv = process.argv.slice(2);

if (argv.length === 1 && ["--version", "-V"].includes(argv[0]!)) {
  const { processIo } = await import("./io/process-io.ts");
  const { packageVersion } = await import("./io/version.ts");
  const { OutputError, reportOutputError } = await import("./io/io.ts");
  const io = processIo();
  try {
    await io.stdout.write(`${packageVersion()}\n`);
  } catch (error) {
    if (!(error instanceof OutputError)) throw error;
    process.exitCode = await reportOutputError(error, io);
  }
} else {
  const startedHighs = needsHighs(argv) ? await startHighs() : null;
  const { processIo } = await import("./io/process-io.ts");
  const { runCli } = await import("./run-cli.ts");
  process.exitCode = await runCli(argv, { ...processIo(), ...(startedHighs && { startedHighs }) });
}

/** Whether a command line looks as if HiGHS will be asked; it is read properly only later. */
function needsHighs([command, ...flags]: readonly string[]): boolean {
  const others = ["jslp", "--solver=jslp", "--help", "-h"];
  const isSearch =
    command === "solve" || (command === "evaluate" && flags.includes("--compare-optimum"));
  return isSearch && !flags.some((flag) => others.includes(flag));
}

/** HiGHS loads in a thread of its own, and longer than all the rest does in this one: it goes first. */
async function startHighs(): Promise<MilpBackend> {
  const { createHighsWorkerBackend } = await import("../milp/highs-client.ts");
  return createHighsWorkerBackend();
}
