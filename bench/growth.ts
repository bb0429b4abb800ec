/**
 * How the processor time of a search grows with offers, levels of concurrency, layers and stages: one series each, which changes one
 * number of a base problem on the catalogue.
 *
 *   npx tsc -p bench && node bench.tmp/bench/growth.js [--only SERIES]… [--rounds N] [--json] [--svg FILE]
 *
 * Offers are drawn out of the catalogue by three seeds. The problems of a series are solved in one process, which has solved some of
 * them before the clock starts; every size of every seed in turn, N times. FILE is the plot of what was measured.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createHighsWorkerBackend } from "../src/milp/highs-client.ts";
import type { MilpBackend } from "../src/milp/model.ts";
import { solve } from "../src/solver/solve.ts";
import { growthSvg } from "./growth-plot.ts";
import { GROWTH_SEEDS, GROWTH_SERIES, growthProblem } from "./growth-problems.ts";
import type { GrowthRun, GrowthSeries } from "./measured.ts";
import { median } from "./statistics.ts";

const MICROSECONDS = 1e6;

/** What one solve took. */
interface Solved {
  readonly processorSeconds: number;
  readonly cases: number;
  readonly milps: number;
}

async function solved(
  series: GrowthSeries,
  size: number,
  seed: number,
  backend: MilpBackend,
  scratch: string,
): Promise<Solved> {
  const { problem, request } = growthProblem(series, size, seed, scratch);
  const before = process.cpuUsage();
  const { status, run } = await solve(problem, request, backend);
  const { user, system } = process.cpuUsage(before);
  if (status !== "optimal") throw new Error(`${series} ${size}, seed ${seed}: ${status}`);
  return {
    processorSeconds: (user + system) / MICROSECONDS,
    cases: run.cases,
    milps: run.milps_solved,
  };
}

async function measure(series: GrowthSeries, rounds: number): Promise<GrowthRun[]> {
  const backend = createHighsWorkerBackend();
  const scratch = mkdtempSync(join(tmpdir(), "growth-"));
  try {
    const sizes = GROWTH_SERIES[series];
    const solves = sizes.map(() => GROWTH_SEEDS.map((): Solved[] => []));
    // The compiler settles, and HiGHS is loaded.
    for (const size of sizes) await solved(series, size, GROWTH_SEEDS[0]!, backend, scratch);
    for (let round = 0; round < rounds; round++) {
      for (const [at, size] of sizes.entries()) {
        for (const [draw, seed] of GROWTH_SEEDS.entries()) {
          solves[at]![draw]!.push(await solved(series, size, seed, backend, scratch));
        }
      }
    }
    return sizes.map((size, at): GrowthRun => {
      const middle = (of: (one: Solved) => number): number[] =>
        solves[at]!.map((draw) => median(draw.map(of)));
      return {
        series,
        size,
        draws_processor_seconds: middle((one) => one.processorSeconds),
        cases: median(middle((one) => one.cases)),
        milps: median(middle((one) => one.milps)),
        rounds,
        load: loadavg()[0]!,
      };
    });
  } finally {
    rmSync(scratch, { recursive: true });
    await backend.dispose();
  }
}

function measureApart(series: GrowthSeries, rounds: number): GrowthRun[] {
  const child = spawnSync(
    process.execPath,
    [
      ...process.execArgv,
      fileURLToPath(import.meta.url),
      ...["--measure", series, "--rounds", String(rounds)],
    ],
    { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
  );
  if (child.status !== 0) throw new Error(`${series} ended with code ${child.status}`);
  return JSON.parse(child.stdout) as GrowthRun[];
}

function line({ series, size, draws_processor_seconds, cases, milps, load }: GrowthRun): string {
  const draws = draws_processor_seconds.map((value) => value.toFixed(2)).join(", ");
  return `${series.padEnd(7)} ${String(size).padStart(4)}  processor ${median(draws_processor_seconds).toFixed(2)} s (${draws})  ${cases} cases  ${milps} MILPs  load ${load.toFixed(1)}`;
}

function isSeries(name: string): name is GrowthSeries {
  return name in GROWTH_SERIES;
}

const { values: flags } = parseArgs({
  options: {
    only: { type: "string", multiple: true },
    rounds: { type: "string", default: "3" },
    measure: { type: "string" },
    svg: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const rounds = Number(flags.rounds);
const names = flags.measure ? [flags.measure] : (flags.only ?? Object.keys(GROWTH_SERIES));
const series = names.map((name) => {
  if (!isSeries(name)) throw new Error(`there is no series "${name}"`);
  return name;
});
if (flags.measure) {
  process.stdout.write(JSON.stringify(await measure(series[0]!, rounds)));
} else {
  const runs: GrowthRun[] = [];
  for (const one of series) {
    for (const run of measureApart(one, rounds)) {
      runs.push(run);
      process.stdout.write(`${flags.json ? JSON.stringify(run) : line(run)}\n`);
    }
  }
  if (flags.svg !== undefined) writeFileSync(flags.svg, growthSvg(runs));
}
