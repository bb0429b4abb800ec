/**
 * What whole commands take, start of the process included, beside a bare process that loads HiGHS and solves two variables.
 *
 *   npm run build && npx tsc -p bench && node bench.tmp/bench/startup.js [--rounds N] [--json]
 *
 * Processes run in turn, A B C A B C …, so that a busy machine slows all of them alike; medians and ratios are printed.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { foundingProblem } from "../test/support/founding.ts";
import type { StartupRun } from "./measured.ts";
import { evenSplits, randomPlacements } from "./placements.ts";
import { median } from "./statistics.ts";
import { FOUNDING_ARGUMENTS } from "./whole-command-list.ts";

interface Job {
  readonly name: string;
  readonly command: readonly string[];
  /** As people would type it. */
  readonly shown: string;
  readonly limitSeconds: number | null;
}

const SCRATCH = mkdtempSync(join(tmpdir(), "startup-"));

const MAIN = ["dist/cli/main.js"];
const PROBLEM = ["--config-dir", "config/llama3-70b", "--cost-model", "reference"];
const SWEEP = [...PROBLEM, "--phases", "aggregated", "--io", "2048:512", "--batch-sizes", "32:32"];

function jobs(): Job[] {
  const linesFile = join(SCRATCH, "placements.jsonl");
  const problem = foundingProblem();
  const lines = [...evenSplits(problem), ...randomPlacements(problem)];
  writeFileSync(linesFile, lines.map((placement) => JSON.stringify(placement)).join("\n"));
  const node = (name: string, args: readonly string[], limitSeconds: number | null): Job => ({
    name,
    command: [process.execPath, ...args],
    shown: `node ${args.join(" ").replaceAll(SCRATCH, "TMP")}`,
    limitSeconds,
  });
  const bare = fileURLToPath(new URL("./bare-highs.js", import.meta.url));
  return [
    { ...node("bare HiGHS", [bare], null), shown: "node bench.tmp/bench/bare-highs.js" },
    node("solve", [...MAIN, "solve", ...FOUNDING_ARGUMENTS], null),
    node("solve --frontier", [...MAIN, "solve", ...FOUNDING_ARGUMENTS, "--frontier"], null),
    { name: "npm start", command: ["npm", "start"], shown: "npm start", limitSeconds: 3 },
    node(
      `evaluate --placements, ${lines.length} lines`,
      [...MAIN, "evaluate", ...PROBLEM, "--placements", linesFile, "--json"],
      1.5,
    ),
    node("sweep, 79 runs", [...MAIN, "sweep", ...SWEEP, "--out", join(SCRATCH, "sweep")], 2),
    node("--help", [...MAIN, "--help"], null),
  ];
}

/** Seconds of one process from its start to its end. */
function time({ name, command }: Job): number {
  rmSync(join(SCRATCH, "sweep"), { recursive: true, force: true });
  const [program = "", ...args] = command;
  const started = performance.now();
  const { status, stderr } = spawnSync(program, args, {
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
  });
  const seconds = (performance.now() - started) / 1000;
  if (status !== 0) throw new Error(`${name} ended with code ${status}: ${stderr}`);
  return seconds;
}

function measure(rounds: number): StartupRun[] {
  const all = jobs();
  const seconds = all.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, job] of all.entries()) seconds[index]!.push(time(job));
  }
  const sorted = seconds.map((list) => [...list].sort((a, b) => a - b));
  const bare = median(sorted[0]!);
  return all.map(({ name, shown, limitSeconds }, index) => ({
    name,
    command: shown,
    limit_seconds: limitSeconds,
    median_seconds: median(sorted[index]!),
    fastest_seconds: sorted[index]![0]!,
    slowest_seconds: sorted[index]!.at(-1)!,
    times_bare: median(sorted[index]!) / bare,
    rounds,
    load: loadavg()[0]!,
  }));
}

const { values: flags } = parseArgs({
  options: { rounds: { type: "string", default: "7" }, json: { type: "boolean" } },
});
try {
  for (const run of measure(Number(flags.rounds))) {
    process.stdout.write(
      flags.json
        ? `${JSON.stringify(run)}\n`
        : `${run.name.padEnd(34)} ${run.median_seconds.toFixed(2)} s (${run.fastest_seconds.toFixed(2)} to ${run.slowest_seconds.toFixed(2)}), ${run.times_bare.toFixed(2)} × bare${run.limit_seconds === null ? "" : `, limit ${run.limit_seconds} s`}, load ${run.load.toFixed(1)}\n`,
    );
  }
} finally {
  rmSync(SCRATCH, { recursive: true });
}
