import { deriveMatrix, type MatrixNetwork } from "../hardware/network.ts";
import type { Pool } from "../hardware/pool.ts";
import { DEFAULT_REQUEST } from "../solver/request.ts";
import { NO_LIMITS } from "../workload/workload.ts";
import type { BenchCase } from "./case.ts";
import { FREE_RULES, freeProblem, makeProblem, poolOf } from "./make-problem.ts";
import { LLAMA_3_1B, LLAMA_3_8B, LLAMA_3_70B, LLAMA_3_405B } from "./models.ts";
import { CHEAP_POOL, LEFT_OVER_POOL, ODD_POOL } from "./pools.ts";
import { createRandom } from "./random.ts";

const RACK_SEED = 2;

/** Mixed clusters and small models. */
export function mixedCases(): BenchCase[] {
  const request = DEFAULT_REQUEST;
  const racks = poolOf(LEFT_OVER_POOL.slice(3));
  return [
    {
      name: "left-over",
      note: "70B on what a laboratory has left over beside its one A100 machine, batch 8 to 64.",
      problem: freeProblem(LLAMA_3_70B, LEFT_OVER_POOL.slice(1), ["aggregated", 2048, 512, 8, 64]),
      request,
    },
    {
      name: "left-over-throughput",
      note: "70B on all of these machines, the A100s too: the highest throughput, whatever it costs.",
      problem: freeProblem(LLAMA_3_70B, LEFT_OVER_POOL, ["aggregated", 2048, 512, 32, 32]),
      request: { ...request, objective: "throughput" },
    },
    {
      name: "left-over-405b",
      note: "405B on the same machines: it needs most of their memory.",
      problem: freeProblem(LLAMA_3_405B, LEFT_OVER_POOL, ["aggregated", 1024, 256, 1, 8]),
      request,
    },
    {
      name: "odd-counts",
      note: "70B on machines with 3 and 6 GPUs behind a slow network, TP 1, 2, 3 and 6.",
      problem: freeProblem(LLAMA_3_70B, ODD_POOL, ["aggregated", 1024, 256, 8, 32]),
      request: { ...request, tpDegrees: [1, 2, 3, 6] },
    },
    {
      name: "two-racks",
      note: "70B with an explicit bandwidth matrix: two racks, fast inside, slow between, every pair of GPUs a little different.",
      problem: makeProblem(LLAMA_3_70B, racks, FREE_RULES, ["aggregated", 2048, 512, 32, 32], {
        network: twoRacks(racks),
      }),
      request,
    },
    {
      name: "tiny-1b",
      note: "1B on single cheap GPUs, batch 1 to 64.",
      problem: freeProblem(LLAMA_3_1B, CHEAP_POOL, ["aggregated", 512, 128, 1, 64]),
      request,
    },
    {
      name: "small-8b-target",
      note: "8B on cheap GPUs: the lowest cost an hour at 2,000 tokens/s or more.",
      problem: freeProblem(LLAMA_3_8B, CHEAP_POOL, ["aggregated", 1024, 256, 8, 64], {
        limits: { ...NO_LIMITS, minTokensPerSecond: 2000 },
      }),
      request: { ...request, objective: "cost" },
    },
  ];
}

/** Instances stand in two racks by turns; links between the racks are ten times slower; all differ by up to a tenth. */
function twoRacks(pool: Pool): MatrixNetwork {
  const random = createRandom(RACK_SEED);
  const rackOf = pool.types.flatMap(({ count, instance }) =>
    Array.from(
      { length: count * instance.gpuCount },
      (_, gpu) => Math.floor(gpu / instance.gpuCount) % 2,
    ),
  );
  const matrix = deriveMatrix(pool);
  const { gpuCount } = matrix;
  const gBytesPerSecond = matrix.gBytesPerSecond.map((bandwidth, index) => {
    const source = Math.floor(index / gpuCount);
    const target = index % gpuCount;
    if (source === target) return bandwidth;
    const isBetween = rackOf[source] !== rackOf[target];
    return Number(((isBetween ? bandwidth / 10 : bandwidth) * (1 - 0.1 * random())).toPrecision(4));
  });
  return { ...matrix, gBytesPerSecond };
}
