/** What a solve is asked for. */
export const OBJECTIVES = ["cost-per-token", "throughput", "cost", "weighted"] as const;
export type ObjectiveName = (typeof OBJECTIVES)[number];

/** Choices of one solve; limits, rules and workload come from the problem. */
export interface SolveRequest {
  readonly objective: ObjectiveName;
  /** w of the weighted objective, 0 to 1; null takes the problem's. */
  readonly weight: number | null;
  /** TP degrees that may be used, up to the GPUs of each instance. */
  readonly tpDegrees: readonly number[];
  /** Largest TP degree of an instance type, by name. */
  readonly maxTpByType: ReadonlyMap<string, number>;
  /** One TP degree for all stages. */
  readonly uniformTp: boolean;
  /** Allowed |objective − bound| / |objective|; 0 is exact. */
  readonly gap: number;
  /** Also return every non-dominated (cost per hour, tokens/s) pair. */
  readonly frontier: boolean;
  /** Links between instances slower than this share (0 to 1) of all links between instances are not used; null: off. */
  readonly bandwidthPercentile: number | null;
}

/** The seed's TP degrees. */
export const DEFAULT_TP_DEGREES: readonly number[] = [1, 2, 4, 8];

export const DEFAULT_REQUEST: SolveRequest = {
  objective: "cost-per-token",
  weight: null,
  tpDegrees: DEFAULT_TP_DEGREES,
  maxTpByType: new Map(),
  uniformTp: false,
  gap: 0,
  frontier: false,
  bandwidthPercentile: null,
};
