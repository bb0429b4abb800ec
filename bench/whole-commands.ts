/**
 * What whole commands of the built program take: processor time, wall time and peak memory, beside a bare process that loads HiGHS and
 * solves two variables, and beside another build.
 *
 *   npm run build && npx tsc -p bench && node bench.tmp/bench/whole-commands.js [--base DIST] [--rounds N] [--only NAME]… [--json]
 *
 * DIST is the `dist` directory of another commit's checkout, with `node_modules` beside it. Every command first runs once with each
 * build: both have to print the same JSON, `run` aside. Then processes run in turn (bare, ours, base, bare, base, ours, …), so that a
 * busy machine slows all of them alike, and medians are printed. Each of these runs has to print that JSON again.
 *
 * A command of the base is stopped after 120 s (`--base-seconds N`) and not repeated. The exit code is 2 where answers differ.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { answerDifference } from "./answers.ts";
import type { BaseTaken, ProcessTaken, WholeCommandRun } from "./measured.ts";
import { type FinishedProcess, runProcess } from "./process-usage.ts";
import { median } from "./statistics.ts";
import { type WholeCommand, wholeCommands } from "./whole-command-list.ts";
import { wholeCommandLine } from "./whole-command-table.ts";

/** The commands of this build take seconds; this one hangs. */
const HANGS_SECONDS = 1800;
const BARE = fileURLToPath(new URL("./bare-highs.js", import.meta.url));

const scratch = mkdtempSync(join(tmpdir(), "whole-commands-"));
const output = join(scratch, "stdout");

/** A finished command with what it printed. */
interface Answered extends FinishedProcess {
  readonly stdout: string;
}

/** @returns null when it was stopped */
function answered(main: string, { args }: WholeCommand, mostSeconds: number): Answered | null {
  const finished = runProcess([main, ...args, "--json"], output, mostSeconds);
  return finished && { ...finished, stdout: readFileSync(output, "utf8") };
}

function ours(command: WholeCommand): Answered {
  const run = answered("dist/cli/main.js", command, HANGS_SECONDS);
  if (run === null) throw new Error(`${command.name} did not end in ${HANGS_SECONDS} s`);
  if (run.exitCode !== command.exitCode) {
    throw new Error(`${command.name} ended with code ${run.exitCode}: ${run.stderr}`);
  }
  return run;
}

/** What another run answered otherwise; null where it answered the same. */
function otherwise(before: Answered, after: Answered): string | null {
  return before.exitCode === after.exitCode
    ? answerDifference(before.stdout, after.stdout)
    : `the exit code is ${after.exitCode}, was ${before.exitCode}: ${[before, after].map(({ stderr }) => stderr.trim().split("\n").at(-1)).join(" | ")}`;
}

function taken(runs: readonly FinishedProcess[]): ProcessTaken {
  const middle = (of: (run: FinishedProcess) => number): number => median(runs.map(of));
  return {
    processor_seconds: middle((run) => run.processorSeconds),
    wall_seconds: middle((run) => run.wallSeconds),
    peak_memory_mib: middle((run) => run.peakMemoryMib),
  };
}

/** Whether the base answers the same, and so can be measured; otherwise what is said of it. */
function comparedWith(
  base: string,
  command: WholeCommand,
  answer: Answered,
  mostSeconds: number,
): Exclude<BaseTaken, ProcessTaken> | null {
  const before = answered(base, command, mostSeconds);
  if (before === null) return { outcome: "stopped", after_seconds: mostSeconds };
  const where = otherwise(before, answer);
  return where === null ? null : { outcome: "other_answer", where };
}

function measure(
  command: WholeCommand,
  { base, rounds, baseSeconds }: Settings,
): Omit<WholeCommandRun, "command"> {
  const answer = ours(command);
  const unlike = base === null ? null : comparedWith(base, command, answer, baseSeconds);
  const repeated = (name: string, run: Answered | null): FinishedProcess => {
    const where = run === null ? "it did not end" : otherwise(answer, run);
    if (where !== null)
      throw new Error(`${name} answers ${command.name} anew every time: ${where}`);
    return run!;
  };
  const runs: Record<"bare" | "ours" | "base", FinishedProcess[]> = {
    bare: [],
    ours: [],
    base: [],
  };
  for (let round = 0; round < rounds; round++) {
    runs.bare.push(runProcess([BARE], output, HANGS_SECONDS)!);
    const turns = [
      () => runs.ours.push(repeated("this build", ours(command))),
      () => {
        if (base === null || unlike !== null) return;
        runs.base.push(repeated("the base", answered(base, command, HANGS_SECONDS)));
      },
    ];
    for (const turn of round % 2 === 0 ? turns : turns.reverse()) turn();
  }
  const took = taken(runs.ours);
  return {
    name: command.name,
    exit_code: answer.exitCode,
    ...took,
    times_bare: took.processor_seconds / taken(runs.bare).processor_seconds,
    base: base === null ? null : (unlike ?? { outcome: "same_answer", ...taken(runs.base) }),
    rounds,
    load: loadavg()[0]!,
  };
}

interface Settings {
  /** The other build's main module; null: there is none. */
  readonly base: string | null;
  readonly rounds: number;
  readonly baseSeconds: number;
}

const { values: flags } = parseArgs({
  options: {
    base: { type: "string" },
    "base-seconds": { type: "string", default: "120" },
    rounds: { type: "string", default: "5" },
    only: { type: "string", multiple: true },
    json: { type: "boolean", default: false },
  },
});
const settings: Settings = {
  base: flags.base === undefined ? null : join(resolve(flags.base), "cli/main.js"),
  rounds: Number(flags.rounds),
  baseSeconds: Number(flags["base-seconds"]),
};
try {
  const all = wholeCommands(scratch);
  const unknown = flags.only?.filter((only) => all.every(({ name }) => name !== only)) ?? [];
  if (unknown.length > 0) throw new Error(`there is no command ${unknown.join(", ")}`);
  for (const command of all.filter(({ name }) => flags.only?.includes(name) ?? true)) {
    const run: WholeCommandRun = {
      command: `node dist/cli/main.js ${command.args.join(" ").replaceAll(scratch, "TMP")} --json`,
      ...measure(command, settings),
    };
    if (run.base?.outcome === "other_answer") process.exitCode = 2;
    process.stdout.write(`${flags.json ? JSON.stringify(run) : wholeCommandLine(run)}\n`);
  }
} finally {
  rmSync(scratch, { recursive: true });
}
