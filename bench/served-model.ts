import type { CostModel, StageShape } from "../src/cost/cost-model.ts";
import type { OperatingPoint } from "../src/workload/workload.ts";

/** What belongs to no stage, seconds: a request's way in and out. For measuring only: no figure of a real system. */
const FRAME = { ttftSeconds: 0.02, tpotSeconds: 0.001 };
/** What a stage adds whatever its layers, seconds; likewise. */
const PER_STAGE_SECONDS = 0.0005;

/**
 * A cost model that predicts latencies and whose stages depend on their number, made from one that does neither: with S
 * stages a batch runs as S micro-batches, each stage's times are those of one of them. Only to measure the search with.
 */
export function withMicroBatches(base: CostModel): CostModel {
  const micro = (point: OperatingPoint, stages: number): OperatingPoint => ({
    ...point,
    batch: Math.max(1, point.batch / stages),
  });
  const secondsOf = (shape: StageShape, point: OperatingPoint, tokens: number): number =>
    tokens / base.stage(shape, point).tokensPerSecond + PER_STAGE_SECONDS;
  return {
    ...base,
    name: "micro-batches",
    predictsLatency: true,
    dependsOnStages: true,
    stage: (shape, point) => {
      const part = micro(point, shape.pipelineStages);
      const prefill: OperatingPoint = { ...part, phase: "prefill" };
      const decode: OperatingPoint = { ...part, phase: "decode" };
      return {
        ...base.stage(shape, part),
        ttftSeconds: secondsOf(shape, prefill, part.batch * part.inputTokens),
        tpotSeconds: secondsOf(shape, decode, part.batch),
      };
    },
    pipelineEfficiency: () => 1,
    latencyFrame: (_point, stages) => ({ ...FRAME, microBatches: stages }),
  };
}
