/**
 * How the time and the memory of a proof grow with the problem, and whether the promised limits are kept.
 *
 *   npx tsc -p bench && node bench.tmp/bench/scale.js [--only NAME]… [--json]
 *
 * runs the code as it is shipped (`npx tsx bench/scale.ts` works as well, a little slower). Every problem is solved in a
 * process of its own, so that its memory is its own, with HiGHS loaded in its worker before the clock starts. NAME is a
 * problem or a series. The exit code is 1 when a limit is broken.
 */
import { spawnSync } from "node:child_process";
import { loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createHighsWorkerBackend } from "../src/milp/highs-client.ts";
import type { MilpBackend, MilpModel } from "../src/milp/model.ts";
import { solve } from "../src/solver/solve.ts";
import { isKept, type ScaleRun } from "./measured.ts";
import { SCALE_PROBLEMS, type ScaleProblem } from "./scale-problems.ts";

/** A back end that counts what it is asked. */
class CountingBackend implements MilpBackend {
  readonly name: string;
  seconds = 0;
  solved = 0;
  largestColumns = 0;

  constructor(private readonly inner: MilpBackend) {
    this.name = inner.name;
  }

  async solve(
    ...[model, options]: Parameters<MilpBackend["solve"]>
  ): ReturnType<MilpBackend["solve"]> {
    const started = performance.now();
    const outcome = await this.inner.solve(model, options);
    this.seconds += (performance.now() - started) / 1000;
    this.solved++;
    this.largestColumns = Math.max(this.largestColumns, model.columns.length);
    return outcome;
  }

  dispose(): Promise<void> {
    return this.inner.dispose();
  }
}

/** Two columns and a row: solving it loads HiGHS. */
const WARM_UP: MilpModel = {
  columns: [
    { name: "a", cost: 3, lower: 0, upper: 9, integer: true },
    { name: "b", cost: 2, lower: 0, upper: 9, integer: true },
  ],
  rows: [
    {
      name: "enough",
      lower: 11,
      upper: Number.POSITIVE_INFINITY,
      terms: [
        { column: 0, coefficient: 3 },
        { column: 1, coefficient: 2 },
      ],
    },
  ],
};

async function measure({
  name,
  series,
  costModel,
  limitSeconds,
  make,
}: ScaleProblem): Promise<ScaleRun> {
  const backend = new CountingBackend(createHighsWorkerBackend());
  try {
    await backend.solve(WARM_UP);
    backend.seconds = 0;
    const { problem, request } = make();
    const processorBefore = process.cpuUsage();
    const started = performance.now();
    const solution = await solve(problem, request, backend);
    const totalSeconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(processorBefore);
    return {
      name,
      series,
      cost_model: costModel,
      limit_seconds: limitSeconds,
      status: solution.status,
      objective: "objective" in solution ? solution.objective.value : null,
      frontier_points: solution.frontier?.length ?? null,
      cases: solution.run.cases,
      milps: solution.run.milps_solved,
      largest_milp_columns: backend.largestColumns,
      total_seconds: totalSeconds,
      milp_seconds: backend.seconds,
      processor_seconds: (user + system) / 1e6,
      peak_memory_mib: process.resourceUsage().maxRSS / 1024,
      load: loadavg()[0]!,
    };
  } finally {
    await backend.dispose();
  }
}

function measureApart(name: string): ScaleRun {
  const child = spawnSync(
    process.execPath,
    [...process.execArgv, fileURLToPath(import.meta.url), "--measure", name],
    { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
  );
  if (child.status !== 0) throw new Error(`${name} ended with code ${child.status}`);
  return JSON.parse(child.stdout) as ScaleRun;
}

function line(run: ScaleRun): string {
  const { limit_seconds: limit, objective, frontier_points: points } = run;
  return [
    run.name.padEnd(22),
    run.cost_model.padEnd(10),
    run.status.padEnd(10),
    `${run.total_seconds.toFixed(2)} s`.padStart(9),
    (limit === null ? "" : `(limit ${limit} s)`).padStart(13),
    `MILPs ${run.milps} in ${run.milp_seconds.toFixed(2)} s, up to ${run.largest_milp_columns} columns`,
    `${run.cases} cases`,
    `CPU ${run.processor_seconds.toFixed(2)} s`,
    `${run.peak_memory_mib.toFixed(0)} MiB`,
    `objective ${objective}`,
    points === null ? "" : `${points} points`,
    isKept(run) ? "" : "LIMIT BROKEN",
    `load ${run.load.toFixed(1)}`,
  ].join("  ");
}

const { values: flags } = parseArgs({
  options: {
    only: { type: "string", multiple: true },
    measure: { type: "string" },
    json: { type: "boolean" },
  },
});
if (flags.measure !== undefined) {
  const problem = SCALE_PROBLEMS.find(({ name }) => name === flags.measure);
  if (!problem) throw new Error(`there is no problem "${flags.measure}"`);
  process.stdout.write(JSON.stringify(await measure(problem)));
} else {
  let allKept = true;
  const wanted = SCALE_PROBLEMS.filter(
    ({ name, series }) =>
      !flags.only || flags.only.some((word) => word === name || word === series),
  );
  for (const { name } of wanted) {
    const run = measureApart(name);
    allKept &&= isKept(run);
    process.stdout.write(flags.json ? `${JSON.stringify(run)}\n` : `${line(run)}\n`);
  }
  if (!allKept) process.exitCode = 1;
}
