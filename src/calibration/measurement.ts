/** What was measured: which column of a row is compared with a prediction. */
export type Target =
  | "ttft_ms"
  | "tpot_ms"
  | "input_tokens_per_s"
  | "output_tokens_per_s"
  | "total_tokens_per_s";

export const KINDS = ["prefill", "decode", "offline_e2e", "online_e2e"] as const;
export type MeasurementKind = (typeof KINDS)[number];

/** One measured point, in the columns of the measured data; null where the cell is empty. */
export interface Measurement {
  readonly source: string;
  readonly sourceRow: string;
  readonly kind: MeasurementKind;
  readonly configGroup: string;
  readonly modelId: string;
  readonly numLayers: number | null;
  readonly hiddenSize: number | null;
  readonly intermediateSize: number | null;
  readonly numHeads: number | null;
  readonly numKvHeads: number | null;
  readonly headDim: number | null;
  readonly vocabSize: number | null;
  readonly numExperts: number | null;
  readonly expertsPerToken: number | null;
  readonly weightBytesPerParam: number | null;
  readonly kvBytes: number | null;
  readonly gpu: string;
  readonly interconnect: string;
  readonly instanceType: string;
  readonly tp: number | null;
  readonly pp: number | null;
  readonly dp: number | null;
  readonly nodes: number | null;
  readonly batchOrConcurrency: number | null;
  readonly inputLen: number | null;
  readonly outputLen: number | null;
  readonly totalTokensPerS: number | null;
  readonly inputTokensPerS: number | null;
  readonly outputTokensPerS: number | null;
  readonly ttftMs: number | null;
  readonly tpotMs: number | null;
  readonly engine: string;
  readonly note: string;
  readonly trust: string;
  readonly tputBasis: string;
}
