import { drawCatalogue } from "../src/bench/catalogue.ts";
import {
  FOUNDING_RULES,
  FREE_RULES,
  makeProblem,
  poolOf,
  STAND_IN_RULES,
} from "../src/bench/make-problem.ts";
import { LLAMA_3_70B, LLAMA_3_405B, MOE_671B, WINDOWED_MOE } from "../src/bench/models.ts";
import { FOUNDING_POOL } from "../src/bench/pools.ts";
import { createRandom } from "../src/bench/random.ts";
import { deriveMatrix, type MatrixNetwork } from "../src/hardware/network.ts";
import type { Pool } from "../src/hardware/pool.ts";
import { layerPlanOf } from "../src/model/outline.ts";
import type { Problem } from "../src/placement/problem.ts";
import { DEFAULT_REQUEST, type SolveRequest } from "../src/solver/request.ts";
import { restated } from "../test/support/models.ts";
import { CATALOGUE_PROBLEMS, madeOf } from "./catalogue-problems.ts";
import { withMicroBatches } from "./served-model.ts";

/** One problem whose solving is measured. */
export interface ScaleProblem {
  /** Unique, and what `--only` takes. */
  readonly name: string;
  /** Problems of one series differ in one number. */
  readonly series: string;
  readonly costModel: "calibrated" | "reference";
  readonly make: () => { readonly problem: Problem; readonly request: SolveRequest };
  /** What it may take on two cores, seconds; null where no promise is made. */
  readonly limitSeconds: number | null;
}

type ReferenceProblem = Omit<ScaleProblem, "costModel">;

const CATALOGUE_SEED = 20_260_101;
const NOISE_SEED = 168;
const TP_UP_TO_16 = [1, 2, 4, 8, 16];

/** Where every series starts: each changes one number of it. */
const BASE = { layers: 80, types: 20, instances: 8, stages: 8, largestBatch: 32 };

function seriesProblem(
  series: string,
  changes: Partial<typeof BASE>,
  value: number,
): ReferenceProblem {
  return {
    name: `${series}-${value}`,
    series,
    limitSeconds: null,
    make: () => {
      const { layers, types, instances, stages, largestBatch } = { ...BASE, ...changes };
      return {
        problem: makeProblem(
          restated(LLAMA_3_70B, { numLayers: layers }),
          drawCatalogue(types, instances, CATALOGUE_SEED),
          { ...FREE_RULES, maxPipelineStages: stages },
          ["aggregated", 2048, 512, 32, largestBatch],
        ),
        request: DEFAULT_REQUEST,
      };
    },
  };
}

/** Links between instances differ by up to a tenth, those inside by up to a twentieth, in both directions apart. */
function noisyMatrix(pool: Pool): MatrixNetwork {
  const random = createRandom(NOISE_SEED);
  const matrix = deriveMatrix(pool);
  const { gpuCount } = matrix;
  return {
    ...matrix,
    gBytesPerSecond: matrix.gBytesPerSecond.map((bandwidth, index) => {
      if (Math.floor(index / gpuCount) === index % gpuCount) return bandwidth;
      const spread = bandwidth >= 30 ? 0.05 : 0.1;
      return Number((bandwidth * (1 - spread * random())).toPrecision(6));
    }),
  };
}

const FRONTIER: SolveRequest = { ...DEFAULT_REQUEST, frontier: true };

function big(name: string, request: SolveRequest, limitSeconds: number | null): ReferenceProblem {
  return {
    name,
    series: "big",
    limitSeconds,
    make: () => ({
      problem: makeProblem(LLAMA_3_405B, drawCatalogue(60, 1000, CATALOGUE_SEED), FREE_RULES, [
        "aggregated",
        2048,
        512,
        1,
        128,
      ]),
      request: { ...request, tpDegrees: TP_UP_TO_16 },
    }),
  };
}

function matrix(name: string, quantized: boolean, request: SolveRequest): ReferenceProblem {
  return {
    name,
    series: "matrix",
    limitSeconds: 20,
    make: () => {
      const pool = poolOf(FOUNDING_POOL);
      const rules = quantized ? FOUNDING_RULES : { ...FREE_RULES, maxPipelineStages: 8 };
      const network = noisyMatrix(pool);
      const load = ["aggregated", 2048, 512, 32, 32] as const;
      return { problem: makeProblem(LLAMA_3_70B, pool, rules, load, { network }), request };
    },
  };
}

function uneven(name: string, model: typeof MOE_671B, request: SolveRequest): ReferenceProblem {
  return {
    name,
    series: "uneven",
    limitSeconds: 20,
    make: () => ({
      problem: makeProblem(model, poolOf(FOUNDING_POOL), STAND_IN_RULES, [
        "aggregated",
        2048,
        512,
        32,
        32,
      ]),
      request,
    }),
  };
}

/** The founding problem as it is served: ends, micro-batches, batches from 1 to 64, and latencies that may be limited. */
function served(
  name: string,
  limits: Partial<Problem["limits"]>,
  request: SolveRequest,
): ReferenceProblem {
  return {
    name,
    series: "served",
    limitSeconds: request.frontier ? null : 2,
    make: () => {
      const model = restated(LLAMA_3_70B, {
        layers: {
          kinds: layerPlanOf(LLAMA_3_70B.architecture).kinds,
          kindOf: LLAMA_3_70B.architecture.kindOf,
          // Vocabulary · width · 2 bytes: 128,256 · 8192 · 2 / 1024³.
          embeddingGib: 1.957,
          lmHeadGib: 1.957,
        },
      });
      const rules = { ...FREE_RULES, maxPipelineStages: 8 };
      const problem = makeProblem(model, poolOf(FOUNDING_POOL), rules, [
        "aggregated",
        2048,
        512,
        1,
        64,
      ]);
      return {
        problem: {
          ...problem,
          costModel: withMicroBatches(problem.costModel),
          limits: { ...problem.limits, ...limits },
        },
        request,
      };
    },
  };
}

/** What users run. No promise is made. */
const CATALOGUE: readonly ScaleProblem[] = CATALOGUE_PROBLEMS.map((problem) => ({
  name: problem.name,
  series: "catalogue",
  costModel: "calibrated",
  limitSeconds: null,
  make: () => madeOf(problem),
}));

/** Problems of the founding pool and of made-up catalogues, the promises first. */
const REFERENCE: readonly ReferenceProblem[] = [
  big("big-cost-per-token", DEFAULT_REQUEST, 30),
  big("big-throughput", { ...DEFAULT_REQUEST, objective: "throughput" }, null),
  big("big-frontier", FRONTIER, null),
  matrix("matrix-168", true, DEFAULT_REQUEST),
  matrix("matrix-168-free", false, DEFAULT_REQUEST),
  matrix("matrix-168-frontier", true, FRONTIER),
  uneven("uneven-61", MOE_671B, DEFAULT_REQUEST),
  uneven("uneven-61-frontier", MOE_671B, FRONTIER),
  uneven("windows-61", WINDOWED_MOE, DEFAULT_REQUEST),
  uneven("windows-61-frontier", WINDOWED_MOE, FRONTIER),
  served("served", {}, DEFAULT_REQUEST),
  served("served-ttft", { maxTtftSeconds: 2 }, DEFAULT_REQUEST),
  served("served-tpot", { maxTpotSeconds: 0.1 }, DEFAULT_REQUEST),
  served("served-both", { maxTtftSeconds: 4, maxTpotSeconds: 0.15 }, DEFAULT_REQUEST),
  served("served-frontier", {}, FRONTIER),
  served("served-both-frontier", { maxTtftSeconds: 4, maxTpotSeconds: 0.15 }, FRONTIER),
  ...[20, 40, 80, 126, 160].map((layers) => seriesProblem("layers", { layers }, layers)),
  ...[5, 10, 20, 40, 60].map((types) => seriesProblem("types", { types }, types)),
  ...[2, 8, 100, 1000, 100_000].map((instances) =>
    seriesProblem("instances", { instances }, instances),
  ),
  ...[2, 4, 8, 12, 16].map((stages) => seriesProblem("stages", { stages }, stages)),
  ...[1, 2, 4, 8].map((batches) =>
    seriesProblem("batches", { largestBatch: 32 * 2 ** (batches - 1) }, batches),
  ),
];

/** Everything that is measured. */
export const SCALE_PROBLEMS: readonly ScaleProblem[] = [
  ...CATALOGUE,
  ...REFERENCE.map((problem): ScaleProblem => ({ ...problem, costModel: "reference" })),
];
