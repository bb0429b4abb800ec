import type { LatencyFrame, StageEstimate } from "../cost/cost-model.ts";
import { InternalError } from "../errors.ts";

/** Latencies of a pipeline, seconds; null where the phase has none. */
export interface Latency {
  /** Time to first token. */
  readonly ttftSeconds: number | null;
  /** Time per output token. */
  readonly tpotSeconds: number | null;
}

/**
 * The latencies of a pipeline (axiom 6 of the cost model):
 *
 *   TTFT = frame + Σ stage TTFT
 *   TPOT = frame + max(Σ stage TPOT, m · largest stage TPOT)
 *
 * A micro-batch passes all stages one after the other (the sum), unless the slowest stage is what it waits for: that one has
 * all m micro-batches to serve before a sequence's next token is its turn.
 *
 * @returns null when the cost model predicts none
 */
export function pipelineLatency(
  frame: LatencyFrame | null,
  stages: readonly Pick<StageEstimate, "ttftSeconds" | "tpotSeconds">[],
): Latency | null {
  if (frame === null) return null;
  let ttftSeconds = 0;
  let tpotSeconds = 0;
  let slowest = 0;
  for (const stage of stages) {
    if (stage.ttftSeconds === null || stage.tpotSeconds === null) {
      throw new InternalError("the cost model has a latency frame, but a stage without latencies.");
    }
    ttftSeconds += stage.ttftSeconds;
    tpotSeconds += stage.tpotSeconds;
    if (stage.tpotSeconds > slowest) slowest = stage.tpotSeconds;
  }
  return {
    ttftSeconds: frame.ttftSeconds === null ? null : frame.ttftSeconds + ttftSeconds,
    tpotSeconds:
      frame.tpotSeconds === null
        ? null
        : frame.tpotSeconds + Math.max(tpotSeconds, frame.microBatches * slowest),
  };
}
