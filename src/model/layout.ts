/**
 * How a stage is spread over the dp·tp GPUs of its group. Data-parallel attention and expert parallelism are not planned yet: dp = ep = 1.
 */
export interface Layout {
  /** t: parts that attention and dense feed-forward networks are cut into. */
  readonly tp: number;
  /** Groups of tp GPUs that each keep all of attention and serve requests of their own. */
  readonly dp: number;
  /** What experts are spread over beyond that: ep·tp GPUs share them. */
  readonly ep: number;
}

/** Tensor parallelism alone. */
export function tpLayout(tp: number): Layout {
  return { tp, dp: 1, ep: 1 };
}

/** GPUs that share the experts of a layer. */
export function expertParts({ tp, ep }: Layout): number {
  return ep * tp;
}
