import { PROFILES, type Profile } from "../../engines/engines.ts";
import { GPU_CLASSES, GPU_NAMES, type GpuClass } from "../../hardware/gpu-specs.ts";
import type {
  ClassParameters,
  CommonParameters,
  EngineParameters,
  ParameterValues,
  TypeParameters,
} from "./parameters.ts";

/** A parameter before anything was fitted: value, and how far it may move. */
export interface Prior {
  readonly name: string;
  readonly value: number;
  /** Standard deviation of ln(value); 0 when it is not fitted. */
  readonly logSd: number;
  readonly source: string;
}

const KERNELS = "kernel timings (aiconfigurator, vidur), fitted by class";
const DEFAULT = "engineering default";

type ClassPrior = Readonly<Record<keyof ClassParameters, readonly [value: number, source: string]>>;

const kernel = (value: number): readonly [number, string] => [value, KERNELS];
const guess = (value: number): readonly [number, string] => [value, DEFAULT];

const CLASS_PRIORS: Readonly<Record<GpuClass, ClassPrior>> = {
  hopper: {
    compute16: kernel(0.75),
    compute8: kernel(0.63),
    compute4: guess(0.5),
    read16: kernel(0.9),
    read8: kernel(0.71),
    read4: guess(0.71),
    attentionCompute: kernel(0.69),
    attentionRead: kernel(0.86),
  },
  blackwell_dc: {
    compute16: kernel(0.72),
    compute8: kernel(0.49),
    compute4: kernel(0.47),
    read16: kernel(0.78),
    read8: kernel(0.56),
    read4: kernel(0.7),
    attentionCompute: kernel(0.565),
    attentionRead: kernel(0.9),
  },
  blackwell_gddr: {
    compute16: kernel(0.82),
    compute8: kernel(0.735),
    compute4: kernel(0.67),
    read16: kernel(0.93),
    read8: kernel(0.87),
    read4: kernel(0.65),
    attentionCompute: kernel(0.59),
    attentionRead: kernel(0.95),
  },
  ada: {
    compute16: kernel(0.7),
    compute8: kernel(0.49),
    compute4: guess(0.49),
    read16: kernel(0.79),
    read8: kernel(0.7),
    read4: guess(0.7),
    attentionCompute: kernel(0.53),
    attentionRead: kernel(0.85),
  },
  ampere_dc: {
    compute16: kernel(0.75),
    compute8: guess(0.6),
    compute4: guess(0.6),
    read16: kernel(0.8),
    read8: guess(0.72),
    read4: guess(0.72),
    attentionCompute: kernel(0.58),
    attentionRead: kernel(0.72),
  },
  ampere_gddr: {
    compute16: kernel(0.74),
    compute8: guess(0.6),
    compute4: guess(0.6),
    read16: kernel(0.78),
    read8: guess(0.7),
    read4: guess(0.7),
    attentionCompute: guess(0.5),
    attentionRead: guess(0.78),
  },
  turing: {
    compute16: guess(0.55),
    compute8: guess(0.5),
    compute4: guess(0.5),
    read16: guess(0.75),
    read8: guess(0.7),
    read4: guess(0.7),
    attentionCompute: guess(0.3),
    attentionRead: guess(0.7),
  },
  volta: {
    compute16: guess(0.7),
    compute8: guess(0.6),
    compute4: guess(0.6),
    read16: guess(0.8),
    read8: guess(0.7),
    read4: guess(0.7),
    attentionCompute: guess(0.3),
    attentionRead: guess(0.7),
  },
  cdna3: {
    compute16: guess(0.5),
    compute8: guess(0.4),
    compute4: guess(0.4),
    read16: guess(0.7),
    read8: guess(0.6),
    read4: guess(0.6),
    attentionCompute: guess(0.3),
    attentionRead: guess(0.6),
  },
};

const TYPE_SD: Readonly<Record<keyof TypeParameters, number>> = {
  typeCompute: 0.08,
  typeRead: 0.06,
};

const CLASS_SD: Readonly<Record<keyof ClassParameters, number>> = {
  compute16: 0.1,
  compute8: 0.12,
  compute4: 0.15,
  read16: 0.06,
  read8: 0.08,
  read4: 0.1,
  attentionCompute: 0.2,
  attentionRead: 0.1,
};

type EnginePrior = Readonly<
  Record<keyof EngineParameters, readonly [value: number, logSd: number]>
>;

const engine = (changes: Partial<EnginePrior>): EnginePrior => ({
  stepMs: [1.5, 0.7],
  layerUs: [15, 0.5],
  sequenceUs: [5, 0.8],
  launchFloorUs: [0.001, 0],
  groupedQueryExponent: [0.001, 0],
  computeFactor: [1, 0],
  readFactor: [1, 0],
  attentionReadFactor: [0.95, 0],
  httpMs: [20, 0.7],
  promptMs: [1, 0],
  pipelineLoss: [0.15, 0.6],
  ...changes,
});

const ENGINE_PRIORS: Readonly<Record<Profile, EnginePrior>> = {
  "tensorrt-llm": engine({ httpMs: [12, 0.7] }),
  vllm: engine({
    stepMs: [2, 0.7],
    layerUs: [20, 0.5],
    sequenceUs: [10, 0.8],
    attentionReadFactor: [0.9, 0],
    promptMs: [2, 0],
  }),
  sglang: engine({
    stepMs: [2, 0.7],
    layerUs: [20, 0.5],
    sequenceUs: [10, 0.8],
    attentionReadFactor: [0.9, 0],
    promptMs: [2, 0],
  }),
  "vllm-eager": engine({
    stepMs: [3, 0.7],
    layerUs: [20, 0],
    sequenceUs: [15, 0],
    launchFloorUs: [250, 0.3],
    computeFactor: [0.9, 0.15],
    attentionReadFactor: [0.7, 0.2],
    promptMs: [2, 0],
  }),
  rocm: engine({
    stepMs: [2, 0.7],
    layerUs: [20, 0.5],
    sequenceUs: [15, 0.8],
    attentionReadFactor: [0.9, 0],
    promptMs: [2, 0],
  }),
  "llama.cpp": engine({
    stepMs: [0.3, 0.7],
    sequenceUs: [3, 0],
    computeFactor: [0.5, 0.15],
    readFactor: [0.95, 0],
    attentionReadFactor: [0.6, 0.2],
  }),
  "tensorrt-llm-static": engine({
    stepMs: [0.5, 0.7],
    sequenceUs: [3, 0.8],
    groupedQueryExponent: [0.1, 0.8],
    attentionReadFactor: [1, 0],
  }),
  "vllm-0.6": engine({
    stepMs: [6, 0.7],
    layerUs: [20, 0.5],
    sequenceUs: [40, 0.8],
    groupedQueryExponent: [0.1, 0.8],
    computeFactor: [0.9, 0.15],
    attentionReadFactor: [0.8, 0.2],
    promptMs: [2, 0],
  }),
  "deepspeed-mii": engine({
    stepMs: [8, 0.7],
    layerUs: [30, 0.5],
    sequenceUs: [60, 0.8],
    groupedQueryExponent: [0.1, 0.8],
    computeFactor: [0.8, 0.15],
    attentionReadFactor: [0.7, 0.2],
  }),
  splitwise: engine({
    stepMs: [3, 0.7],
    layerUs: [20, 0],
    sequenceUs: [30, 0.8],
    groupedQueryExponent: [0.1, 0],
    launchFloorUs: [300, 0.3],
    computeFactor: [0.8, 0.15],
    attentionReadFactor: [0.6, 0],
    promptMs: [30, 0.5],
  }),
};

const COMMON_PRIORS: Readonly<
  Record<keyof CommonParameters, readonly [value: number, logSd: number, source?: string]>
> = {
  overlapPower: [2.1, 0, KERNELS],
  rampTokens: [31, 0.3, KERNELS],
  attentionRampTokens: [600, 0],
  elementwise: [1, 0],
  quantizeActivations: [1, 0],
  moeLayerUs: [15, 0.8],
  moeCompute: [0.75, 0.25],
  moeRead: [1, 0],
  dequantize4: [0.75, 0.2],
  dequantize8: [0.8, 0],
  llamaCppRead4: [0.8, 0.15],
  llamaCppAttention: [0.35, 0.4],
  llamaCppDataCentre: [0.8, 0.2],
  pagedOutputShare: [0.65, 0.2],
  drainTail: [0.4, 0.6],
  schedulerCap: [2048, 0.4],
  powerExponent: [
    0.4,
    0,
    "clocks go with the cube root of power where voltage follows, more steeply below",
  ],
  prefillInterference: [1, 0],
  burstInterference: [0.6, 0],
  cachedPromptShare: [0.3, 0.7],
  waveRandom: [0.1, 0.7],
  waveFixed: [0.2, 0.7],
  waveBurst: [1, 0.4],
  waveExponent: [0.8, 0],
  tokenizeUs: [0.5, 0.7],
  queueWeight: [0.5, 0],
  collectiveFactor: [1, 0],
  hopInsideUs: [15, 0],
  hopOutsideUs: [60, 0],
  ethernetShare: [0.5, 0],
  pciePeerSlope: [0.5, 0.3],
  pcieHostSlope: [1.71, 0.12, "collective timings (aiconfigurator)"],
};

/** Every parameter with its prior, in a fixed order. */
export const PRIORS: readonly Prior[] = [
  ...GPU_CLASSES.flatMap((gpuClass) =>
    keysOf(CLASS_PRIORS[gpuClass]).map((key) => {
      const [value, source] = CLASS_PRIORS[gpuClass][key];
      return { name: `${key}.${gpuClass}`, value, logSd: CLASS_SD[key], source };
    }),
  ),
  ...GPU_NAMES.flatMap((gpu) =>
    keysOf(TYPE_SD).map((key) => ({
      name: `${key}.${gpu}`,
      value: 1,
      logSd: TYPE_SD[key],
      source: "like its class",
    })),
  ),
  ...PROFILES.flatMap((profile) =>
    keysOf(ENGINE_PRIORS[profile]).map((key) => {
      const [value, logSd] = ENGINE_PRIORS[profile][key];
      return { name: `${key}.${profile}`, value, logSd, source: DEFAULT };
    }),
  ),
  ...keysOf(COMMON_PRIORS).map((key) => {
    const [value, logSd, source = DEFAULT] = COMMON_PRIORS[key];
    return { name: key, value, logSd, source };
  }),
];

function keysOf<K extends string>(record: Readonly<Record<K, unknown>>): K[] {
  return Object.keys(record) as K[];
}

/** The parameters of each kind, in the order of `PRIORS`. */
export const CLASS_KEYS: readonly (keyof ClassParameters)[] = keysOf(CLASS_SD);
export const TYPE_KEYS: readonly (keyof TypeParameters)[] = keysOf(TYPE_SD);
export const ENGINE_KEYS: readonly (keyof EngineParameters)[] = keysOf(ENGINE_PRIORS.vllm);
export const COMMON_KEYS: readonly (keyof CommonParameters)[] = keysOf(COMMON_PRIORS);

/** The values before anything is fitted. */
export function priorValues(): ParameterValues {
  return Object.fromEntries(PRIORS.map(({ name, value }) => [name, value]));
}
