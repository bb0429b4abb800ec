import { ENGINE_TABLE, type Profile } from "../../engines/engines.ts";
import { type GpuSpec, gpuByName, isTableGpu } from "../../hardware/gpu-specs.ts";
import type { Architecture } from "../../model/architecture.ts";
import type { Confidence, Spread } from "../cost-model.ts";

/** Figures whose intervals differ: throughput, TPOT, TTFT under load, time of a single prompt. */
export const QUANTITIES = ["throughput", "tpot", "ttft", "prompt"] as const;
export type Quantity = (typeof QUANTITIES)[number];

export const CONFIDENCES: readonly Confidence[] = [
  "measured_alike",
  "same_gpu_class",
  "extrapolated",
];

/** What intervals are wider for, whatever the hardware. */
export const HAZARDS = ["pipeline", "kv_starved"] as const;
export type Hazard = (typeof HAZARDS)[number];

/** What was measured, as the fit saw it. */
export interface Evidence {
  /** "GPU|engine profile|weight format" of every combination. */
  readonly combinations: readonly string[];
  readonly gpuClasses: readonly string[];
  readonly profiles: readonly string[];
  /** "layers|hidden|experts" of every model. */
  readonly models: readonly string[];
}

/** 80 % intervals as factors on the predicted value, from residuals of rows that the fit had not seen. */
export interface SpreadTable {
  readonly byConfidence: Readonly<Record<Confidence, Readonly<Record<Quantity, Spread>>>>;
  readonly byHazard: Readonly<Record<Hazard, Spread>>;
}

/** What is predicted, as far as its uncertainty depends on it. */
export interface PredictedCase {
  readonly gpus: readonly GpuSpec[];
  readonly profile: Profile;
  readonly architecture: Architecture;
  readonly pipelineStages: number;
  /** Sequences that the KV cache holds. */
  readonly kvSequences: number;
}

/** Below this the allocator's details decide: engines with so few sequences were 1.5 to 3 times off. */
const STARVED_SEQUENCES = 16;

export function modelKey({ kindOf, hidden, kinds }: Architecture): string {
  return `${kindOf.length}|${hidden}|${Math.max(...kinds.map(({ experts }) => experts))}`;
}

export function combinationKey(
  gpu: GpuSpec,
  profile: Profile,
  { weightFormat }: Architecture,
): string {
  return `${gpu.name}|${profile}|${weightFormat}`;
}

/** How near the case is to what was measured, and why. */
export function confidenceOf(
  { gpus, profile, architecture }: PredictedCase,
  evidence: Evidence,
): { readonly confidence: Confidence; readonly reasons: readonly string[] } {
  const reasons: string[] = [];
  let level = 0;
  const lower = (to: number, reason: string): void => {
    level = Math.max(level, to);
    reasons.push(reason);
  };
  for (const gpu of gpus) {
    if (!evidence.gpuClasses.includes(gpu.gpuClass)) {
      lower(2, `no GPU of the class of ${gpu.name} (${gpu.gpuClass}) was measured`);
    } else if (gpuByName(gpu.name) && !isTableGpu(gpu)) {
      lower(
        1,
        `${gpu.name} was not measured with these figures, other GPUs of its class (${gpu.gpuClass}) were`,
      );
    } else if (!evidence.combinations.some((key) => key.startsWith(`${gpu.name}|`))) {
      lower(1, `${gpu.name} was not measured, other GPUs of its class (${gpu.gpuClass}) were`);
    } else if (!evidence.combinations.includes(combinationKey(gpu, profile, architecture))) {
      lower(
        1,
        `${gpu.name} was not measured with ${profile} and ${architecture.weightFormat} weights`,
      );
    }
  }
  if (!evidence.profiles.includes(profile)) lower(2, `the engine ${profile} was not measured`);
  if (architecture.kinds.some(({ attention }) => attention.kind === "latent")) {
    lower(2, "no model with latent attention (MLA) was measured");
  } else if (!evidence.models.includes(modelKey(architecture))) {
    lower(1, "no model of these dimensions was measured");
  }
  if (gpus.length > 1) lower(2, "no pipeline over different GPUs was measured");
  if (level === 0) reasons.push("this GPU, engine, weight format and model were measured");
  return { confidence: CONFIDENCES[level]!, reasons };
}

/** What makes a case riskier than its hardware says, and why. */
export function hazardsOf({ pipelineStages, profile, kvSequences }: PredictedCase): {
  readonly hazards: readonly Hazard[];
  readonly reasons: readonly string[];
} {
  const hazards: Hazard[] = [];
  const reasons: string[] = [];
  if (pipelineStages > 1 && !ENGINE_TABLE[profile].measuredInPipelines) {
    hazards.push("pipeline");
    reasons.push("few pipelines were measured, and their errors were larger");
  }
  if (kvSequences < STARVED_SEQUENCES) {
    hazards.push("kv_starved");
    reasons.push(
      `the KV cache holds only ${Math.max(0, Math.floor(kvSequences))} sequences: details of the allocator decide`,
    );
  }
  return { hazards, reasons };
}

/** The interval of one figure: that of its confidence, widened by what makes it riskier. */
export function spreadOf(
  quantity: Quantity,
  confidence: Confidence,
  hazards: readonly Hazard[],
  table: SpreadTable,
): Spread {
  let { low, high } = table.byConfidence[confidence][quantity];
  for (const hazard of hazards) {
    low = Math.min(low, table.byHazard[hazard].low);
    high = Math.max(high, table.byHazard[hazard].high);
  }
  return { low, high };
}
