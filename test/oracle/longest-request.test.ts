/**
 * max-model-len as a constraint of the search, against plain enumeration: of all placements that fit without it, those whose KV cache
 * holds a request of that length are the candidates.
 *
 * The standard run takes 40 problems; ORACLE_PROBLEMS and ORACLE_FIRST as in seeds.ts.
 */
import { describe, expect, it } from "vitest";
import { createPool } from "../../src/hardware/pool.ts";
import type { Architecture, LayerArchitecture } from "../../src/model/architecture.ts";
import type { Metrics } from "../../src/placement/evaluation.ts";
import type { Problem } from "../../src/placement/problem.ts";
import { DEFAULT_REQUEST, type SolveRequest } from "../../src/solver/request.ts";
import { requestedPoints } from "../../src/solver/search/operating-points.ts";
import { calibratedProblem, defaultSettings, llama } from "../support/calibrated.ts";
import { entry } from "../support/founding.ts";
import { attending } from "../support/models.ts";
import { solve } from "./counted-solve.ts";
import { visitPlacements } from "./exhaustive.ts";
import { createPrng, type Prng } from "./prng.ts";
import { oracleSeeds } from "./seeds.ts";

/** Few wide layers, so that weights and KV cache fill GPUs. */
function drawArchitecture(prng: Prng, isWindowed: boolean): Architecture {
  const [dense] = llama().kinds as [LayerArchitecture];
  const ffnWidth = prng.pick([65_536, 98_304]);
  const wide = attending({ ...dense, ffnWidth }, { kvHeads: prng.pick([8, 32]) });
  const kinds = isWindowed
    ? [wide, attending(wide, { windowTokens: prng.pick([128, 4096]) })]
    : [wide];
  const layers = prng.int(2, 4);
  return llama({
    hidden: 16_384,
    heads: 128,
    kinds,
    kindOf: Array.from({ length: layers }, () => prng.int(0, kinds.length - 1)),
  });
}

function drawProblem(prng: Prng, isWindowed: boolean): Problem {
  const pool = createPool(
    [
      entry("a", "NVIDIA A10G", prng.int(1, 2), 24, 32, 50, 1 + prng.int(0, 3) / 4, 2),
      entry("b", "NVIDIA L40S", prng.int(1, 2), 48, 32, 100, 2 + prng.int(0, 4) / 2, 1),
    ].slice(0, prng.int(1, 2)),
  );
  const architecture = drawArchitecture(prng, isWindowed);
  const engine = prng.pick(["vllm", "tensorrt-llm"] as const);
  const batch = prng.pick([1, 1, 2, 8]);
  return calibratedProblem(architecture, defaultSettings(engine), {
    pool,
    rules: {
      maxPipelineStages: 3,
      minLayersPerStage: 1,
      minMemoryUtilization: 0,
      quantizeSegments: false,
    },
    workload: {
      phase: "aggregated",
      inputTokens: prng.int(500, 8000),
      outputTokens: prng.int(10, 800),
      minBatch: batch,
      maxBatch: prng.pick([batch, 2 * batch]),
    },
  });
}

function withMaxModelLen(problem: Problem, maxModelLenTokens: number): Problem {
  return {
    ...problem,
    engine: { ...problem.engine!, maxModelLenTokens },
    costModel: problem.costModel.withMaxModelLen!(maxModelLenTokens),
  };
}

interface Candidate {
  readonly metrics: Metrics;
  readonly batch: number;
}

function all(problem: Problem, request: SolveRequest): Candidate[] {
  const seen: Candidate[] = [];
  visitPlacements(problem, request, requestedPoints(problem), (metrics, { batch }) =>
    seen.push({ metrics, batch }),
  );
  return seen;
}

async function expectBest(
  problem: Problem,
  request: SolveRequest,
  candidates: readonly Candidate[],
): Promise<void> {
  const solution = await solve(problem, request);
  if (candidates.length === 0) {
    expect(solution.status).toBe("infeasible");
    return;
  }
  if (!("placement" in solution)) throw new Error(`${solution.status}, but there are placements`);
  expect(solution.status).toBe("optimal");
  const values = candidates.map(({ metrics }) =>
    request.objective === "cost" ? metrics.cost_per_hour : -metrics.throughput_tokens_per_sec,
  );
  const best = Math.min(...values);
  const own =
    request.objective === "cost"
      ? solution.metrics.cost_per_hour
      : -solution.metrics.throughput_tokens_per_sec;
  expect(Math.abs(own - best)).toBeLessThanOrEqual(1e-9 * Math.abs(best));
}

describe("max-model-len in the search", { timeout: 60_000 }, () => {
  for (const seed of oracleSeeds(40)) {
    for (const objective of ["cost", "throughput"] as const) {
      it(`leaves the placements that hold it, ${objective}, problem ${seed}`, async () => {
        const prng = createPrng(seed);
        const problem = drawProblem(prng, false);
        const request = { ...DEFAULT_REQUEST, objective, tpDegrees: [1, 2] };
        const free = all(problem, request);
        const rooms = [...new Set(free.map(({ metrics }) => metrics.kv_cache_tokens!))];
        const room = rooms.length === 0 ? 50_000 : prng.pick(rooms) + prng.pick([0, 0, 1]);
        const served = problem.workload.inputTokens! + problem.workload.outputTokens!;
        const tokens = Math.max(room, served);
        // TensorRT-LLM reserves the longest request for every sequence.
        const reserves = problem.engine!.engine === "tensorrt-llm";
        const candidates = free.filter(
          ({ metrics, batch }) => metrics.kv_cache_tokens! >= tokens * (reserves ? batch : 1),
        );
        const limited = withMaxModelLen(problem, tokens);
        await expectBest(limited, request, candidates);
      });
    }

    it(`decides as evaluate does where layers have windows, problem ${seed}`, async () => {
      const prng = createPrng(1000 + seed);
      const problem = withMaxModelLen(drawProblem(prng, true), prng.int(9000, 120_000));
      const request = { ...DEFAULT_REQUEST, objective: "cost" as const, tpDegrees: [1, 2] };
      await expectBest(problem, request, all(problem, request));
    });
  }
});
