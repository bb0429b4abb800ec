import { z } from "zod";
import { ENGINES } from "../cost/calibrated/engines.ts";
import type { CostModelOrigin } from "../cost/cost-model.ts";
import type { EngineSettings } from "../cost/engine-settings.ts";
import { GPU_CLASSES, GPU_LINKS, type GpuSpec } from "../hardware/gpu-specs.ts";
import type { PoolEntry } from "../hardware/pool.ts";
import { type Architecture, WEIGHT_FORMATS } from "../model/architecture.ts";
import type { LayerPlan, Model } from "../model/model.ts";
import type { WeightGroups } from "../model/weight-groups.ts";
import type { ObjectiveWeights, PlacementRules } from "../placement/problem.ts";
import { type Limits, PHASES, type Workload } from "../workload/workload.ts";
import { numbersOf } from "./number-text.ts";
import { PROBLEM_FORMAT } from "./store-problem.ts";

const count = z.int().min(0);
const positive = z.int().min(1);
const amount = z.number().min(0);
const above = z.number().positive();
const share = z.number().min(0).max(1);
const text = z.string().min(1);

/** A row of whole numbers or amounts as a text. */
const numbers = z.string().transform((row, context) => {
  const read = numbersOf(row);
  if (read) return read;
  context.addIssue({ code: "custom", message: "it is no row of numbers such as 0*3 1*58" });
  return z.NEVER;
});

const layers = z.strictObject({
  kinds: z
    .array(
      z.strictObject({
        weightGib: amount,
        dHidden: positive,
        numKvHeads: positive,
        attentionWindowTokens: positive.nullable(),
      }),
    )
    .min(1),
  kindOf: numbers.pipe(z.array(count)),
  embeddingGib: amount,
  lmHeadGib: amount,
  allowedCuts: z.array(positive).nullable(),
}) satisfies z.ZodType<LayerPlan>;

const architecture = z.strictObject({
  hidden: positive,
  heads: positive,
  headDim: positive,
  latent: z
    .strictObject({
      kvRank: positive,
      qRank: count,
      ropeDim: count,
      nopeDim: count,
      valueDim: positive,
    })
    .nullable(),
  vocab: positive,
  tiedEmbeddings: z.boolean(),
  kinds: z
    .array(
      z.strictObject({
        ffnWidth: count,
        ffnMatrices: z.union([z.literal(2), z.literal(3)]),
        experts: count,
        expertsPerToken: count,
        sharedFfnWidth: count,
        kvHeads: positive,
        windowTokens: positive.nullable(),
      }),
    )
    .min(1),
  kindOf: numbers.pipe(z.array(count).min(1)),
  weightFormat: z.enum(WEIGHT_FORMATS),
  weightBytes: above,
  kvBytes: above,
}) satisfies z.ZodType<Architecture>;

const weightGroups = z.strictObject({
  inputs: positive,
  outputs: positive,
  parts: z.array(z.enum(["attention", "dense", "experts", "shared"])),
}) satisfies z.ZodType<WeightGroups>;

const model = z.strictObject({
  name: text,
  numLayers: positive,
  dModel: positive,
  dHidden: positive,
  vocabSize: positive,
  numAttentionHeads: positive,
  numKvHeads: positive,
  bytesPerElement: above,
  layerWeightGib: above,
  layers: layers.optional(),
  architecture: architecture.optional(),
  checkpoint: text.optional(),
  maxContextTokens: positive.optional(),
  hasOwnCode: z.literal(true).optional(),
  weightGroups: weightGroups.optional(),
});

const costModel = z.discriminatedUnion("name", [
  z.strictObject({
    name: z.literal("reference"),
    realWorldEfficiency: above,
    microBatchSize: positive,
    interferenceFactor: above,
  }),
  z.strictObject({
    name: z.literal("calibrated"),
    factors: z.array(z.tuple([text, z.number()])).transform((pairs) => Object.fromEntries(pairs)),
    constants: text,
  }),
]) satisfies z.ZodType<CostModelOrigin>;

const engine = z.strictObject({
  engine: z.enum(ENGINES),
  gpuMemoryUtilization: above.max(1),
  maxModelLenTokens: positive.nullable(),
  maxBatchedTokens: positive,
}) satisfies z.ZodType<EngineSettings>;

const lengths = z.strictObject({
  meanTokens: amount,
  meanSquareTokens: amount,
  p95Tokens: amount,
  p99Tokens: amount,
});

const workload = z.strictObject({
  phase: z.enum(PHASES).nullable(),
  inputTokens: positive.nullable(),
  outputTokens: count.nullable(),
  minBatch: positive.nullable(),
  maxBatch: positive.nullable(),
  inputLengths: lengths.optional(),
  outputLengths: lengths.optional(),
  load: z
    .discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("concurrency"), sequences: positive }),
      z.strictObject({ kind: z.literal("max") }),
      z.strictObject({ kind: z.literal("request_rate"), requestsPerSecond: above }),
    ])
    .optional(),
});

const limit = amount.nullable();

const limits = z.strictObject({
  maxHourlyCostUsd: limit,
  maxCostPerMillionTokenUsd: limit,
  maxTotalCostUsd: limit,
  maxTotalRuntimeHours: limit,
  minTokensPerSecond: limit,
  maxTtftSeconds: limit,
  maxTpotSeconds: limit,
  latencySafetyMargin: amount,
}) satisfies z.ZodType<Limits>;

const rules = z.strictObject({
  maxPipelineStages: positive,
  minLayersPerStage: count,
  minMemoryUtilization: share,
  quantizeSegments: z.boolean(),
  anyShape: z.boolean().optional(),
});

const weights = z.strictObject({
  costWeight: share.nullable(),
  throughputNormalization: above,
  costNormalization: above,
  crossInstancePenalty: z.number(),
}) satisfies z.ZodType<ObjectiveWeights>;

const gpu = z.strictObject({
  name: text,
  gpuClass: z.enum(GPU_CLASSES),
  tflops16: above,
  tflops8: amount,
  tflops4: amount,
  memoryGBytesPerSecond: above,
  usableMemoryGib: above,
  tdpWatts: amount,
  link: z.enum(GPU_LINKS),
}) satisfies z.ZodType<GpuSpec>;

const instance = z.strictObject({
  name: text,
  provider: text,
  gpuModel: text,
  gpuCount: positive,
  gpuMemoryGib: above,
  insideGBytesPerSecond: above,
  externalGbitsPerSecond: above,
  gpu: gpu.optional(),
  typeName: text.optional(),
  site: text.optional(),
  isScattered: z.literal(true).optional(),
});

const poolType = z.strictObject({
  instance,
  count,
  ownedCount: count.optional(),
  price: z.strictObject({
    microUsdPerHour: count,
    provider: text,
    region: text.nullable(),
    kind: z.enum(["on-demand", "spot", "reserved", "owned", "unspecified"]),
    asOf: text.nullable(),
    source: z.string(),
  }),
});

const network = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("derived") }),
  z.strictObject({ kind: z.literal("matrix"), gbPerSecond: z.array(numbers) }),
]);

const problem = z.strictObject({
  format: z.literal(PROBLEM_FORMAT),
  model,
  costModel,
  engine: engine.nullable(),
  workload,
  limits,
  rules,
  weights,
  totalTokensToProcess: above,
  timeLimitSeconds: above.nullable(),
  network,
  pool: z.array(poolType),
  poolTypesLeftOut: count,
});

/** A stored problem with the program's own names. */
export interface ReadProblem {
  readonly model: Model;
  readonly costModel: CostModelOrigin & { readonly constants?: string };
  readonly engine: EngineSettings | null;
  readonly workload: Workload;
  readonly limits: Limits;
  readonly rules: PlacementRules;
  readonly weights: ObjectiveWeights;
  readonly totalTokensToProcess: number;
  readonly timeLimitSeconds: number | null;
  readonly network:
    | { readonly kind: "derived" }
    | { readonly kind: "matrix"; readonly gbPerSecond: readonly (readonly number[])[] };
  readonly pool: readonly PoolEntry[];
  readonly poolTypesLeftOut: number;
}

/** The first thing wrong with a stored problem. */
export interface ProblemIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Checks data with the program's own names, field by field. */
export function readProblemData(
  value: unknown,
): { readonly problem: ReadProblem } | { readonly issue: ProblemIssue } {
  const parsed = problem.safeParse(value);
  // An optional field of JSON is absent or has a value, never undefined.
  return parsed.success
    ? { problem: parsed.data as ReadProblem }
    : { issue: parsed.error.issues[0]! };
}
