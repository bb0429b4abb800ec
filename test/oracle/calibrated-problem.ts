import { gpuByName } from "../../src/hardware/gpu-specs.ts";
import { createPool, type PoolEntry } from "../../src/hardware/pool.ts";
import type { Architecture, LayerArchitecture } from "../../src/model/architecture.ts";
import type { Problem } from "../../src/placement/problem.ts";
import { DEFAULT_REQUEST, type SolveRequest } from "../../src/solver/request.ts";
import { requestedPoints } from "../../src/solver/search/operating-points.ts";
import { NO_LIMITS } from "../../src/workload/workload.ts";
import { calibratedProblem, defaultSettings, LLAMA_70B } from "../support/calibrated.ts";
import { entry } from "../support/founding.ts";
import { bruteForce, TooManyError } from "./brute-force.ts";
import { createPrng, type Prng } from "./prng.ts";
import type { Drawn } from "./random-problem.ts";

const GPUS = ["T4", "L4", "A10G", "L40S", "RTX-4090", "A100-SXM4-40GB"] as const;
const ENGINES = ["vllm", "vllm", "vllm-eager", "tensorrt-llm"] as const;
const MOST_ORDERINGS = 2500;
const MOST_ATTEMPTS = 300;

/**
 * A problem of the calibrated cost model so small that it can be enumerated: several GPUs to an instance, several instances, networks
 * on which a message takes as long as a layer or next to nothing. Every other one needs several stages, as a rule.
 */
export function drawCalibratedProblem(seed: number): Drawn {
  const prng = createPrng(seed * 67_867_967 + 13);
  const wantsStages = prng.pick([0, 2, 2, 3]);
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const { problem, request } = drawOnce(prng);
    try {
      const outcomes = bruteForce(problem, request, requestedPoints(problem), MOST_ORDERINGS);
      const most = Math.max(0, ...outcomes.map(({ stages }) => stages));
      if (most >= wantsStages - Math.floor(attempt / 50)) {
        return { seed, problem, request, outcomes, prng };
      }
    } catch (error) {
      if (!(error instanceof TooManyError)) throw error;
    }
  }
  throw new Error(`seed ${seed}: no calibrated problem can be enumerated`);
}

function drawOnce(prng: Prng): { readonly problem: Problem; readonly request: SolveRequest } {
  const architecture = drawArchitecture(prng);
  const names = prng.shuffle(["b.2", "a.10", "C"]);
  const pool = createPool(
    Array.from({ length: prng.int(1, 2) }, (_, i) => drawType(prng, names[i]!)),
  );
  const batch = prng.pick([1, 4, 16, 32]);
  const phase = prng.pick(["aggregated", "aggregated", "prefill", "decode"] as const);
  const problem = calibratedProblem(architecture, defaultSettings(prng.pick(ENGINES)), {
    pool,
    network: prng.chance(0.15)
      ? {
          kind: "matrix",
          gpuCount: pool.gpuCount,
          gBytesPerSecond: Float64Array.from({ length: pool.gpuCount ** 2 }, () =>
            prng.pick([0.05, 1, 20]),
          ),
        }
      : { kind: "derived" },
    rules: {
      maxPipelineStages: prng.int(2, 4),
      minLayersPerStage: 1,
      minMemoryUtilization: 0,
      quantizeSegments: false,
    },
    workload: {
      phase,
      inputTokens: prng.pick([64, 512, 2048]),
      outputTokens: phase === "prefill" ? 0 : prng.pick([32, 256]),
      minBatch: batch,
      maxBatch: batch * prng.pick([1, 1, 2]),
    },
    limits: NO_LIMITS,
  });
  const request: SolveRequest = {
    ...DEFAULT_REQUEST,
    tpDegrees: prng.pick([[1], [1, 2], [2], [1, 2, 4]]),
    uniformTp: prng.chance(0.25),
    noIdleGpus: prng.chance(0.1),
    maxInstances: prng.chance(0.1) ? prng.int(1, 2) : null,
  };
  return { problem, request };
}

/** Layers of a gigabyte and a half or several times as much, all alike or of two kinds. */
function drawArchitecture(prng: Prng): Architecture {
  const [dense] = LLAMA_70B.kinds as readonly [LayerArchitecture];
  const layers = prng.int(3, 8);
  const wide = { ...dense, ffnWidth: dense.ffnWidth * prng.pick([1, 2, 4]) };
  if (prng.chance(0.6)) {
    return { ...LLAMA_70B, kinds: [wide], kindOf: new Array<number>(layers).fill(0) };
  }
  const kindOf = Array.from({ length: layers }, () => prng.int(0, 1));
  return { ...LLAMA_70B, kinds: [wide, { ...dense, ffnWidth: dense.ffnWidth / 2 }], kindOf };
}

function drawType(prng: Prng, name: string): PoolEntry {
  const gpu = gpuByName(prng.pick(GPUS))!;
  const gpuCount = prng.pick([1, 2, 2, 3, 4]);
  const priceUsd = prng.int(1, 40) * 0.1 * gpuCount;
  const drawn = entry(
    name,
    gpu.name,
    gpuCount,
    gpu.usableMemoryGib,
    prng.pick([1, 12, 32, 600]),
    gpuCount * prng.pick([0.05, 0.5, 2, 10, 50, 400]),
    priceUsd,
    prng.int(1, 2),
  );
  return { ...drawn, instance: { ...drawn.instance, gpu } };
}
