import { z } from "zod";
import { BOUNDS } from "../bounds.ts";
import { MOST_INSTANCES } from "../catalogue/pool-spec.ts";
import type { CostModelOrigin } from "../cost/cost-model.ts";
import type { EngineSettings } from "../engines/engine-settings.ts";
import { ENGINES } from "../engines/engines.ts";
import { GPU_CLASSES, GPU_LINKS, type GpuSpec } from "../hardware/gpu-specs.ts";
import type { PoolEntry } from "../hardware/pool.ts";
import { WEIGHT_FORMATS } from "../model/architecture.ts";
import type { Attention } from "../model/attention.ts";
import type { WeightGroups } from "../model/weight-groups.ts";
import type { ObjectiveWeights, PlacementRules } from "../placement/problem.ts";
import { type Limits, PHASES, type Workload } from "../workload/workload.ts";
import type { MatricesData } from "./matrices-data.ts";
import type { ModelData } from "./model-data.ts";
import {
  amount,
  amountOrNone,
  count,
  countOrNone,
  gibibytes,
  numbers,
  share,
  text,
  tokens,
  tokensOrNone,
} from "./quantities.ts";
import { PROBLEM_FORMAT } from "./store-problem.ts";

/** Mean squares of lengths; micro-dollars; seconds and shares where readers take milliseconds and per cent. */
const SQUARE_TOKENS = { least: BOUNDS.tokens.least, most: BOUNDS.tokens.most ** 2 };
const MICRO_USD = { least: 1, most: BOUNDS.usdPerHour.most * 1e6 };
const LATENCY_SECONDS = {
  least: BOUNDS.milliseconds.least / 1000,
  most: BOUNDS.milliseconds.most / 1000,
};
const MARGIN = { least: BOUNDS.marginPercent.least / 100, most: BOUNDS.marginPercent.most / 100 };

const width = count(BOUNDS.elements);
const widthOrNone = countOrNone(BOUNDS.elements);
const headCount = count(BOUNDS.heads);
const layerCount = count(BOUNDS.layers);
const kindIndex = countOrNone(BOUNDS.layers);
const sequences = count(BOUNDS.sequences);
const instances = countOrNone({ least: 1, most: MOST_INSTANCES });
const elementBytes = amount(BOUNDS.bytesPerElement);

const layers = z.strictObject({
  kinds: z
    .array(
      z.strictObject({
        weightGib: gibibytes,
        dHidden: count(BOUNDS.elements),
        numKvHeads: count(BOUNDS.heads),
        attentionWindowTokens: tokens.nullable(),
      }),
    )
    .min(1),
  kindOf: numbers.pipe(z.array(kindIndex)),
  embeddingGib: gibibytes,
  lmHeadGib: gibibytes,
  allowedCuts: z.array(layerCount).nullable(),
}) satisfies z.ZodType<ModelData["layers"]>;

const latentWidths = {
  kvRank: width,
  qRank: widthOrNone,
  ropeDim: widthOrNone,
  nopeDim: widthOrNone,
  valueDim: width,
};

const attention = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("grouped-query"),
    heads: headCount,
    headDim: width,
    kvHeads: headCount,
    windowTokens: tokens.nullable(),
  }),
  z.strictObject({
    kind: z.literal("latent"),
    heads: headCount,
    ...latentWidths,
    windowTokens: tokens.nullable(),
  }),
]) satisfies z.ZodType<Attention>;

const architecture = z.strictObject({
  hidden: width,
  heads: headCount,
  headDim: width,
  latent: z.strictObject(latentWidths).nullable(),
  vocab: width,
  tiedEmbeddings: z.boolean(),
  kinds: z
    .array(
      z.strictObject({
        ffnWidth: widthOrNone,
        ffnMatrices: z.union([z.literal(2), z.literal(3)]),
        experts: countOrNone(BOUNDS.experts),
        expertsPerToken: countOrNone(BOUNDS.experts),
        sharedFfnWidth: widthOrNone,
        kvHeads: headCount,
        windowTokens: tokens.nullable(),
        attention: attention.exactOptional(),
      }),
    )
    .min(1),
  kindOf: numbers.pipe(z.array(kindIndex).min(1)),
  weightFormat: z.enum(WEIGHT_FORMATS),
  weightBytes: elementBytes,
  kvBytes: elementBytes,
}) satisfies z.ZodType<MatricesData>;

const weightGroups = z.strictObject({
  inputs: width,
  outputs: width,
  parts: z.array(z.enum(["attention", "dense", "experts", "shared"])),
}) satisfies z.ZodType<WeightGroups>;

const model = z.strictObject({
  name: text,
  numLayers: layerCount,
  dModel: width,
  dHidden: width,
  vocabSize: width,
  numAttentionHeads: headCount,
  numKvHeads: headCount,
  bytesPerElement: elementBytes,
  layerWeightGib: gibibytes,
  layers: layers.exactOptional(),
  architecture: architecture.exactOptional(),
  checkpoint: text.exactOptional(),
  checkpoint16Bit: text.exactOptional(),
  quantisedCheckpoint: text.exactOptional(),
  maxContextTokens: tokens.exactOptional(),
  hasOwnCode: z.literal(true).exactOptional(),
  weightGroups: weightGroups.exactOptional(),
});

const costModel = z.discriminatedUnion("name", [
  z.strictObject({
    name: z.literal("reference"),
    realWorldEfficiency: amount(BOUNDS.efficiency),
    microBatchSize: sequences,
    interferenceFactor: amount(BOUNDS.efficiency),
  }),
  z.strictObject({
    name: z.literal("calibrated"),
    factors: z
      .array(z.tuple([text, amount(BOUNDS.factor)]))
      .transform((pairs) => Object.fromEntries(pairs)),
    constants: text,
  }),
]) satisfies z.ZodType<CostModelOrigin>;

const engine = z.strictObject({
  engine: z.enum(ENGINES),
  gpuMemoryUtilization: amount(BOUNDS.efficiency),
  maxModelLenTokens: tokens.nullable(),
  maxBatchedTokens: tokens,
}) satisfies z.ZodType<EngineSettings>;

const lengths = z.strictObject({
  meanTokens: amountOrNone(BOUNDS.tokens),
  meanSquareTokens: amountOrNone(SQUARE_TOKENS),
  p95Tokens: amountOrNone(BOUNDS.tokens),
  p99Tokens: amountOrNone(BOUNDS.tokens),
});

const workload = z.strictObject({
  phase: z.enum(PHASES).nullable(),
  inputTokens: tokens.nullable(),
  outputTokens: tokensOrNone.nullable(),
  minBatch: sequences.nullable(),
  maxBatch: sequences.nullable(),
  inputLengths: lengths.exactOptional(),
  outputLengths: lengths.exactOptional(),
  load: z
    .discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("concurrency"), sequences }),
      z.strictObject({ kind: z.literal("max") }),
      z.strictObject({
        kind: z.literal("request_rate"),
        requestsPerSecond: amount(BOUNDS.requestsPerSecond),
      }),
    ])
    .exactOptional(),
});

const dollars = amountOrNone(BOUNDS.usd).nullable();
const latency = amountOrNone(LATENCY_SECONDS).nullable();

const limits = z.strictObject({
  maxHourlyCostUsd: dollars,
  maxCostPerMillionTokenUsd: dollars,
  maxTotalCostUsd: dollars,
  maxTotalRuntimeHours: amountOrNone(BOUNDS.hours).nullable(),
  minTokensPerSecond: amountOrNone(BOUNDS.tokensPerSecond).nullable(),
  maxTtftSeconds: latency,
  maxTpotSeconds: latency,
  latencySafetyMargin: amountOrNone(MARGIN),
}) satisfies z.ZodType<Limits>;

const rules = z.strictObject({
  maxPipelineStages: layerCount,
  minLayersPerStage: countOrNone(BOUNDS.layers),
  minMemoryUtilization: share,
  quantizeSegments: z.boolean(),
  anyShape: z.boolean().exactOptional(),
});

const weights = z.strictObject({
  costWeight: share.nullable(),
  throughputNormalization: amount(BOUNDS.tokensPerSecond),
  costNormalization: amount(BOUNDS.usdPerHour),
  crossInstancePenalty: amountOrNone(BOUNDS.penalty),
}) satisfies z.ZodType<ObjectiveWeights>;

const gpu = z.strictObject({
  name: text,
  gpuClass: z.enum(GPU_CLASSES),
  tflops16: amount(BOUNDS.tflops),
  tflops8: amountOrNone(BOUNDS.tflops),
  tflops4: amountOrNone(BOUNDS.tflops),
  memoryGBytesPerSecond: amount(BOUNDS.gBytesPerSecond),
  usableMemoryGib: amount(BOUNDS.memoryGib),
  tdpWatts: amount(BOUNDS.watts),
  link: z.enum(GPU_LINKS),
}) satisfies z.ZodType<GpuSpec>;

const instance = z.strictObject({
  name: text,
  provider: text,
  gpuModel: text,
  gpuCount: count(BOUNDS.gpusPerInstance),
  gpuMemoryGib: amount(BOUNDS.gpuMemoryGib),
  insideGBytesPerSecond: amount(BOUNDS.gBytesPerSecond),
  externalGbitsPerSecond: amount(BOUNDS.gbitsPerSecond),
  gpu: gpu.exactOptional(),
  typeName: text.exactOptional(),
  site: text.exactOptional(),
  isScattered: z.literal(true).exactOptional(),
});

const poolType = z.strictObject({
  instance,
  count: instances,
  ownedCount: instances.exactOptional(),
  price: z.strictObject({
    microUsdPerHour: countOrNone(MICRO_USD),
    provider: text,
    region: text.nullable(),
    kind: z.enum(["on-demand", "spot", "reserved", "owned", "unspecified"]),
    asOf: text.nullable(),
    source: z.string(),
  }),
});

const network = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("derived") }),
  z.strictObject({
    kind: z.literal("matrix"),
    gbPerSecond: z.array(numbers.pipe(z.array(amount(BOUNDS.gBytesPerSecond)))),
  }),
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
  totalTokensToProcess: z.int().min(1),
  timeLimitSeconds: amount(BOUNDS.seconds).nullable(),
  network,
  pool: z.array(poolType),
  poolTypesLeftOut: z.int().min(0),
});

/** A stored problem with the program's own names. */
export interface ReadProblem {
  readonly model: ModelData;
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
  return parsed.success ? { problem: parsed.data } : { issue: parsed.error.issues[0]! };
}
