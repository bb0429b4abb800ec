import type { Workload } from "../../workload/workload.ts";
import type { ProblemFlagValues } from "../options/problem-flags.ts";

/** Something that `init` has to know, or offers to ask. */
export interface Question {
  /** The flag that answers it. */
  readonly flag: string;
  readonly text: string;
  /** What an empty answer means; null: it has to be answered. */
  readonly byDefault: string | null;
}

const MODEL: Question = {
  flag: "--model",
  text: "Model: a name of the library (llama-3.3-70b, …) or the path of a config.json",
  byDefault: null,
};
const PHASE: Question = {
  flag: "--phase",
  text: "Phase: prefill, decode or aggregated",
  byDefault: "aggregated",
};
const INPUT: Question = {
  flag: "--input-length",
  text: "Input tokens of a request, on average",
  byDefault: null,
};
const OUTPUT: Question = {
  flag: "--output-length",
  text: "Output tokens of a request, on average",
  byDefault: null,
};
const LOAD: Question = {
  flag: "--concurrency",
  text: "Requests in flight at once",
  byDefault: null,
};

/** Offered beside what is missing; an empty answer leaves them out. */
export const OFFERS: readonly Question[] = [
  { flag: "--gpus", text: "GPUs to rent, such as H100,A100 (empty: all)", byDefault: "" },
  { flag: "--regions", text: "Regions, such as us-east-1 (empty: all)", byDefault: "" },
  { flag: "--max-tpot-ms", text: "Maximum time per output token, ms (empty: any)", byDefault: "" },
];

/** What is missing of the model and the workload. @param workload what is known of it, flags and files together; null before a model is */
export function missing(flags: ProblemFlagValues, workload: Workload | null): readonly Question[] {
  const phase = workload?.phase ?? flags.phase ?? null;
  const hasLoad = workload
    ? workload.minBatch !== null || workload.load !== undefined
    : [
        flags.minBatchSize,
        flags.maxBatchSize,
        flags.concurrency,
        flags.maxLoad,
        flags.requestRate,
      ].some((value) => value !== undefined);
  const hasInput = workload
    ? workload.inputTokens !== null
    : flags.inputLength !== undefined || flags.inputLengths !== undefined;
  const hasOutput = workload
    ? workload.outputTokens !== null
    : flags.outputLength !== undefined || flags.outputLengths !== undefined;
  return [
    ...(flags.model === undefined && flags.configDir === undefined ? [MODEL] : []),
    ...(phase === null ? [PHASE] : []),
    ...(hasInput ? [] : [INPUT]),
    ...(hasOutput || (phase !== null && phase !== "aggregated") ? [] : [OUTPUT]),
    ...(hasLoad ? [] : [LOAD]),
  ];
}
