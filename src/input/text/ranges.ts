import { BOUNDS, type Bounds } from "../../bounds.ts";
import type { NumberRange } from "./numbers.ts";

/*
 * The numbers that files and flags take: one range for a quantity, wherever it is read. What a range says in words stays short ("above
 * 0"); what is no plausible value of the quantity is refused with the bound.
 */

const above0 = (unit: string, plausible: Bounds): NumberRange => ({ unit, above: 0, plausible });
const from0 = (unit: string, plausible: Bounds): NumberRange => ({ unit, min: 0, plausible });
const count = (unit: string, plausible: Bounds): NumberRange => ({
  unit,
  integer: true,
  min: 1,
  plausible,
});

/** Of one instance; 0 is an instance that is owned. */
export const PRICE: NumberRange = {
  ...from0("dollars per hour", BOUNDS.usdPerHour),
  max: BOUNDS.usdPerHour.most,
  zero: "an instance that is owned",
};

export const GBYTES_PER_SECOND: NumberRange = above0("GB/s", BOUNDS.gBytesPerSecond);
export const GBITS_PER_SECOND: NumberRange = above0("Gbit/s", BOUNDS.gbitsPerSecond);
export const GPU_MEMORY: NumberRange = above0("GiB of one GPU", BOUNDS.gpuMemoryGib);
/** What the engine can use of a GPU, or the memory of a host. */
export const MEMORY: NumberRange = above0("GiB", BOUNDS.memoryGib);
export const GPUS_PER_INSTANCE: NumberRange = {
  ...count("GPUs", BOUNDS.gpusPerInstance),
  max: BOUNDS.gpusPerInstance.most,
};
export const TFLOPS: NumberRange = above0("TFLOPS", BOUNDS.tflops);
/** Units for fewer bits, which a GPU may lack. */
export const TFLOPS_OR_NONE: NumberRange = from0("TFLOPS (0: no such units)", BOUNDS.tflops);
export const WATTS: NumberRange = above0("watts", BOUNDS.watts);

export const BYTES_PER_ELEMENT: NumberRange = above0("bytes", BOUNDS.bytesPerElement);
export const BYTES_PER_PARAMETER: NumberRange = { ...BYTES_PER_ELEMENT, max: 4 };
export const LAYER_GIB: NumberRange = above0("GB", BOUNDS.layerGib);
export const END_GIB: NumberRange = from0("GB", BOUNDS.layerGib);
/** A share that something is divided by. */
export const EFFICIENCY: NumberRange = { ...above0("", BOUNDS.efficiency), max: 1 };
export const SHARE: NumberRange = { unit: "", min: 0, max: 1 };

export const LAYERS: NumberRange = count("layers", BOUNDS.layers);
export const STAGES: NumberRange = count("stages", BOUNDS.layers);
export const ELEMENTS: NumberRange = count("elements", BOUNDS.elements);
export const VOCABULARY: NumberRange = count("tokens", BOUNDS.elements);
export const HEADS: NumberRange = count("heads", BOUNDS.heads);
export const EXPERTS: NumberRange = count("experts", BOUNDS.experts);
/** Of one TP group, or one instance. */
export const GPUS: NumberRange = count("GPUs", BOUNDS.gpusPerInstance);

/** Tokens of one sequence, or of one step. */
export const TOKENS: NumberRange = count("tokens", BOUNDS.tokens);
/** Output of a sequence, which may be none. */
export const TOKENS_OR_NONE: NumberRange = { ...TOKENS, min: 0 };
/** Tokens of a whole job: any whole number that is exact. */
export const JOB_TOKENS: NumberRange = { unit: "tokens", integer: true, min: 1 };
export const SEQUENCES: NumberRange = count("sequences", BOUNDS.sequences);
export const REQUESTS_PER_SECOND: NumberRange = above0(
  "requests per second",
  BOUNDS.requestsPerSecond,
);
export const TOKENS_PER_SECOND: NumberRange = above0("tokens per second", BOUNDS.tokensPerSecond);
/** A measured time; 0 where there was none. */
export const MILLISECONDS: NumberRange = from0("milliseconds", BOUNDS.milliseconds);
/** A limit on how long something may take. */
export const SECONDS: NumberRange = above0("seconds", BOUNDS.seconds);

/** What budgets and targets are counted in. */
export type BudgetUnit =
  | "dollars per hour"
  | "dollars per million tokens"
  | "dollars"
  | "hours"
  | "tokens per second"
  | "milliseconds";

/** Budgets and targets, by their unit. */
export const BUDGETS: Readonly<Record<BudgetUnit, NumberRange>> = {
  "dollars per hour": from0("dollars per hour", BOUNDS.usd),
  "dollars per million tokens": from0("dollars per million tokens", BOUNDS.usd),
  dollars: from0("dollars", BOUNDS.usd),
  hours: from0("hours", BOUNDS.hours),
  "tokens per second": from0("tokens per second", BOUNDS.tokensPerSecond),
  milliseconds: from0("milliseconds", BOUNDS.milliseconds),
};

/** What predicted latencies have to stay below their limits by. */
export const MARGIN_PERCENT: NumberRange = from0("per cent", BOUNDS.marginPercent);
