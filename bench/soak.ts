/**
 * Whether many solves in one process leak or slow down: 10,000 small problems on one HiGHS worker.
 *
 *   npx tsc -p bench && node bench.tmp/bench/soak.js [--solves N] [--json]
 *
 * Memory is read after a full collection of garbage, at a tenth of the solves and at the end; `resident` holds the WASM memory
 * of the worker as well. Every answer is compared with the first one of its problem.
 */
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { FREE_RULES, makeProblem, poolOf } from "../src/bench/make-problem.ts";
import { LLAMA_3_8B } from "../src/bench/models.ts";
import { FOUNDING_POOL } from "../src/bench/pools.ts";
import { createHighsWorkerBackend } from "../src/milp/highs-client.ts";
import type { Problem } from "../src/placement/problem.ts";
import { DEFAULT_REQUEST } from "../src/solver/request.ts";
import { solve } from "../src/solver/solve.ts";
import type { SoakRun } from "./measured.ts";

const MIB = 1024 ** 2;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Small problems that differ: several batches, pools that need one stage or several. */
function smallProblems(): Problem[] {
  return [16, 32, 64].flatMap((batch) =>
    [FOUNDING_POOL.slice(4), FOUNDING_POOL.slice(9), FOUNDING_POOL.slice(5, 8)].map((rows) =>
      makeProblem(LLAMA_3_8B, poolOf(rows), { ...FREE_RULES, maxPipelineStages: 4 }, [
        "aggregated",
        1024,
        256,
        batch,
        batch,
      ]),
    ),
  );
}

async function soak(solves: number): Promise<SoakRun> {
  const backend = createHighsWorkerBackend();
  const problems = smallProblems();
  const expected: string[] = [];
  const partSolves = Math.max(1, Math.floor(solves / 10));
  const memory = (): { heap: number; resident: number } => {
    collectGarbage();
    const { heapUsed, rss } = process.memoryUsage();
    return { heap: heapUsed / MIB, resident: rss / MIB };
  };
  let milps = 0;
  let early = memory();
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  let firstPart = 0;
  let lastPartStart = 0;
  for (let n = 0; n < solves; n++) {
    if (n === partSolves) {
      firstPart = seconds();
      early = memory();
    }
    if (n === solves - partSolves) lastPartStart = seconds();
    const which = n % problems.length;
    const { run, ...solution } = await solve(problems[which]!, DEFAULT_REQUEST, backend);
    milps += run.milps_solved;
    const answer = JSON.stringify(solution);
    expected[which] ??= answer;
    if (solution.status !== "optimal" || answer !== expected[which]) {
      throw new Error(`solve ${n} answers otherwise than the first of its kind: ${answer}`);
    }
  }
  const totalSeconds = seconds();
  const end = memory();
  await backend.dispose();
  return {
    solves,
    milps,
    first_part_seconds: firstPart,
    last_part_seconds: totalSeconds - lastPartStart,
    part_solves: partSolves,
    total_seconds: totalSeconds,
    heap_mib: { early: early.heap, end: end.heap },
    resident_mib: { early: early.resident, end: end.resident },
    load: loadavg()[0]!,
  };
}

const { values: flags } = parseArgs({
  options: { solves: { type: "string", default: "10000" }, json: { type: "boolean" } },
});
const run = await soak(Number(flags.solves));
process.stdout.write(
  flags.json
    ? `${JSON.stringify(run)}\n`
    : `${run.solves} solves, ${run.milps} MILPs in ${run.total_seconds.toFixed(1)} s; the first ${run.part_solves} took ${run.first_part_seconds.toFixed(2)} s, the last ${run.last_part_seconds.toFixed(2)} s
heap ${run.heap_mib.early.toFixed(1)} MiB after ${run.part_solves} solves, ${run.heap_mib.end.toFixed(1)} MiB at the end
resident ${run.resident_mib.early.toFixed(1)} MiB after ${run.part_solves} solves, ${run.resident_mib.end.toFixed(1)} MiB at the end
load ${run.load.toFixed(1)}
`,
);
