import fc from "fast-check";
import {
  createCalibratedModel,
  type Knowledge,
} from "../../src/cost/calibrated/calibrated-model.ts";
import type { ParameterValues } from "../../src/cost/calibrated/parameters.ts";
import { PRIORS, priorValues } from "../../src/cost/calibrated/priors.ts";
import {
  CONFIDENCES,
  QUANTITIES,
  type SpreadTable,
} from "../../src/cost/calibrated/uncertainty.ts";
import type { CostModel } from "../../src/cost/cost-model.ts";
import type { EngineSettings } from "../../src/engines/engine-settings.ts";
import { ENGINE_TABLE, ENGINES, type Engine } from "../../src/engines/engines.ts";
import { findGpu, GPU_NAMES, type GpuSpec, gpuByName } from "../../src/hardware/gpu-specs.ts";
import type { InstanceType } from "../../src/hardware/instance.ts";
import {
  type Architecture,
  BYTES_PER_PARAMETER,
  type LayerArchitecture,
  WEIGHT_FORMATS,
  type WeightFormat,
} from "../../src/model/architecture.ts";
import type { Model } from "../../src/model/model.ts";
import type { Problem } from "../../src/placement/problem.ts";
import { type OperatingPoint, PHASES } from "../../src/workload/workload.ts";
import { foundingProblem, RELAXED_RULES } from "./founding.ts";
import { withAttention, withLatent } from "./models.ts";

const WIDE = { low: 0.5, high: 2 };

const WIDE_SPREADS: SpreadTable = {
  byConfidence: Object.fromEntries(
    CONFIDENCES.map((confidence) => [
      confidence,
      Object.fromEntries(QUANTITIES.map((quantity) => [quantity, WIDE])),
    ]),
  ) as SpreadTable["byConfidence"],
  byHazard: { pipeline: WIDE, kv_starved: WIDE },
};

/** Knowledge with these parameters of a model that has measured nothing. */
export function knowledgeOf(values: ParameterValues = priorValues()): Knowledge {
  return {
    values,
    evidence: { combinations: [], gpuClasses: [], profiles: [], models: [] },
    spreads: WIDE_SPREADS,
  };
}

/** What an engine runs with when nothing is said. */
export function defaultSettings(engine: Engine): EngineSettings {
  const { memoryShare, maxBatchedTokens } = ENGINE_TABLE[engine].plan;
  return {
    engine,
    gpuMemoryUtilization: memoryShare,
    maxModelLenTokens: null,
    maxBatchedTokens,
  };
}

/** A dense model whose layers are alike, Llama 3.1 8B unless changed. */
export function llama(
  changes: Partial<Architecture> & { layers?: number; heads?: number; headDim?: number } = {},
): Architecture {
  const { layers = 32, heads = 32, headDim = 128, ...rest } = changes;
  const architecture: Architecture = {
    hidden: 4096,
    vocab: 128_256,
    tiedEmbeddings: false,
    kinds: [DENSE_8B],
    kindOf: new Array<number>(layers).fill(0),
    weightFormat: "16bit",
    weightBytes: 2,
    kvBytes: 2,
    ...rest,
  };
  return withAttention(architecture, { heads, headDim });
}

const DENSE_8B: LayerArchitecture = {
  ffnWidth: 14_336,
  ffnMatrices: 3,
  experts: 0,
  expertsPerToken: 0,
  sharedFfnWidth: 0,
  attention: { kind: "grouped-query", heads: 32, headDim: 128, kvHeads: 8, windowTokens: null },
};

export const LLAMA_70B: Architecture = llama({
  hidden: 8192,
  heads: 64,
  kinds: [{ ...DENSE_8B, ffnWidth: 28_672 }],
  layers: 80,
});

/** The same model with weights of another format. */
export function inFormat(architecture: Architecture, weightFormat: WeightFormat): Architecture {
  return { ...architecture, weightFormat, weightBytes: BYTES_PER_PARAMETER[weightFormat] };
}

/** The model of these matrices. */
function modelOf(architecture: Architecture): Model {
  return { name: "test", architecture, allowedCuts: null };
}

/** A calibrated model of any model, on instances whose memory is set to that of the GPU they name. */
export function calibratedModelOf(model: Model): CostModel {
  const { weightBytes } = model.architecture;
  const architecture = { ...model.architecture, kvBytes: weightBytes >= 2 ? 2 : 1 };
  const inner = createCalibratedModel(architecture, defaultSettings("vllm"), knowledgeOf());
  const known = (instance: InstanceType): InstanceType => {
    const { gpuModel, insideGBytesPerSecond } = instance;
    const gpu = GPU_NAMES.map((name) => gpuByName(name)!).find(({ usableMemoryGib }) =>
      findGpu(gpuModel, usableMemoryGib, insideGBytesPerSecond),
    )!;
    return { ...instance, gpuMemoryGib: gpu.usableMemoryGib };
  };
  return {
    ...inner,
    stage: (shape, point) => inner.stage({ ...shape, instance: known(shape.instance) }, point),
    lines: (shape, ...rest) => inner.lines!({ ...shape, instance: known(shape.instance) }, ...rest),
    timeBill: (shape, point) =>
      inner.timeBill!({ ...shape, instance: known(shape.instance) }, point),
    memory: (shape, point) => inner.memory({ ...shape, instance: known(shape.instance) }, point),
    segmentRange: (shape, ...rest) =>
      inner.segmentRange({ ...shape, instance: known(shape.instance) }, ...rest),
  };
}

/** The founding pool with a calibrated model, and whatever a test changes. */
export function calibratedProblem(
  architecture: Architecture,
  settings: EngineSettings,
  changes: Partial<Problem> = {},
): Problem {
  return foundingProblem({
    model: modelOf(architecture),
    costModel: createCalibratedModel(architecture, settings, knowledgeOf()),
    engine: settings,
    rules: RELAXED_RULES,
    ...changes,
  });
}

/** An instance with GPUs of the table. */
export function instanceOf(
  gpu: GpuSpec,
  gpuCount = 8,
  changes: Partial<InstanceType> = {},
): InstanceType {
  return {
    name: `${gpuCount}x ${gpu.name}`,
    provider: "test",
    gpuModel: gpu.name,
    gpuCount,
    gpuMemoryGib: gpu.usableMemoryGib,
    insideGBytesPerSecond: gpu.link.startsWith("pcie") ? 32 : 900,
    externalGbitsPerSecond: 400,
    ...changes,
  };
}

export const arbitraryGpu: fc.Arbitrary<GpuSpec> = fc.constantFrom(
  ...GPU_NAMES.map((name) => gpuByName(name)!),
);

/** Instances of every GPU of the table, on slow and fast networks. */
export const arbitraryKnownInstance: fc.Arbitrary<InstanceType> = fc
  .record({
    gpu: arbitraryGpu,
    gpuCount: fc.constantFrom(1, 2, 4, 8, 16),
    externalGbitsPerSecond: fc.double({ min: 1, max: 3200, noNaN: true }),
  })
  .map(({ gpu, gpuCount, externalGbitsPerSecond }) =>
    instanceOf(gpu, gpuCount, { externalGbitsPerSecond }),
  );

const arbitraryFormat = fc
  .constantFrom(...WEIGHT_FORMATS)
  .map((weightFormat) => ({ weightFormat, weightBytes: BYTES_PER_PARAMETER[weightFormat] }));

const arbitraryLayer: fc.Arbitrary<LayerArchitecture> = fc
  .record({
    ffnWidth: fc.integer({ min: 256, max: 60_000 }),
    ffnMatrices: fc.constantFrom(2 as const, 3 as const),
    experts: fc.constantFrom(0, 0, 8, 64, 256),
    expertsPerToken: fc.integer({ min: 1, max: 8 }),
    sharedFfnWidth: fc.constantFrom(0, 0, 2048),
    attention: fc.record({
      kind: fc.constant("grouped-query" as const),
      heads: fc.constant(64),
      headDim: fc.constant(128),
      kvHeads: fc.constantFrom(1, 2, 8, 64),
      windowTokens: fc.option(fc.integer({ min: 1, max: 8192 })),
    }),
  })
  .map((kind) => (kind.experts === 0 ? { ...kind, expertsPerToken: 0, sharedFfnWidth: 0 } : kind));

const arbitraryLatent = fc.record({
  kvRank: fc.constantFrom(128, 512),
  qRank: fc.constantFrom(0, 1536),
  ropeDim: fc.constantFrom(32, 64),
  nopeDim: fc.constantFrom(64, 128),
  valueDim: fc.constantFrom(64, 128),
});

/** Dense, grouped-query, sliding-window, expert and latent-attention models in all weight formats, layers alike or not. */
export const arbitraryArchitecture: fc.Arbitrary<Architecture> = fc
  .record({
    numLayers: fc.integer({ min: 1, max: 100 }),
    hidden: fc.integer({ min: 256, max: 16_384 }),
    heads: fc.constantFrom(64, 96, 128),
    headDim: fc.constantFrom(64, 128),
    latent: fc.option(arbitraryLatent, { freq: 3 }),
    vocab: fc.integer({ min: 1000, max: 260_000 }),
    tiedEmbeddings: fc.boolean(),
    kinds: fc.array(arbitraryLayer, { minLength: 1, maxLength: 3 }),
    picks: fc.array(fc.nat(2), { minLength: 100, maxLength: 100 }),
    format: arbitraryFormat,
    kvBytes: fc.constantFrom(1, 2),
  })
  .map(({ numLayers, picks, format, heads, headDim, latent, ...rest }) => {
    const kindOf = picks.slice(0, numLayers).map((pick) => pick % rest.kinds.length);
    const plain = withAttention({ ...rest, ...format, kindOf }, { heads, headDim });
    return latent ? withLatent(plain, latent) : plain;
  });

export const arbitrarySettings: fc.Arbitrary<EngineSettings> = fc
  .record({
    engine: fc.constantFrom(...ENGINES),
    maxBatchedTokens: fc.constantFrom(512, 8192, 16_384),
  })
  .map(({ engine, maxBatchedTokens }) => ({ ...defaultSettings(engine), maxBatchedTokens }));

/** Points of all phases, with lengths that are fixed or spread: E[s²] is 1 to 4 times E[s]². */
export const arbitraryServingPoint: fc.Arbitrary<OperatingPoint> = fc
  .record({
    phase: fc.constantFrom(...PHASES),
    batch: fc.integer({ min: 1, max: 2048 }),
    inputTokens: fc.integer({ min: 1, max: 20_000 }),
    outputTokens: fc.integer({ min: 1, max: 10_000 }),
    spread: fc.option(fc.double({ min: 1, max: 4, noNaN: true })),
  })
  .map(({ spread, ...point }) =>
    spread === null
      ? point
      : {
          ...point,
          inputMeanSquareTokens: spread * point.inputTokens ** 2,
          outputMeanSquareTokens: spread * point.outputTokens ** 2,
        },
  );

/** Parameters anywhere within two standard deviations of their priors, so that what holds does not hang on one fit. */
export const arbitraryValues: fc.Arbitrary<ParameterValues> = fc
  .array(fc.integer({ min: -200, max: 200 }), {
    minLength: PRIORS.length,
    maxLength: PRIORS.length,
  })
  .map((steps) =>
    Object.fromEntries(
      PRIORS.map(({ name, value, logSd }, i) => [
        name,
        value * Math.exp((steps[i]! / 100) * logSd),
      ]),
    ),
  );
