import { createCalibratedModel } from "../../src/cost/calibrated/calibrated-model.ts";
import type { ParameterValues } from "../../src/cost/calibrated/parameters.ts";
import type { StageShape } from "../../src/cost/cost-model.ts";
import { tpGroup } from "../../src/cost/cost-model.ts";
import type { Engine } from "../../src/engines/engines.ts";
import type { GpuSpec } from "../../src/hardware/gpu-specs.ts";
import type { Architecture } from "../../src/model/architecture.ts";
import { type Latency, pipelineLatency } from "../../src/placement/latency.ts";
import type { OperatingPoint } from "../../src/workload/workload.ts";
import { defaultSettings, instanceOf, knowledgeOf } from "../support/calibrated.ts";

/** The network between hosts of the placements, Gbit/s. */
export const ETHERNET_GBITS = 100;

/** An even split over hosts of one TP group each, and the lengths that it serves. */
export interface Deployment {
  readonly architecture: Architecture;
  readonly gpu: GpuSpec;
  readonly engine: Engine;
  readonly tpDegree: number;
  readonly stages: number;
  readonly sequences: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly values: ParameterValues;
}

interface PlacedFigures {
  readonly requestsPerSecond: number;
  readonly latency: Latency;
  /** Of all stages, without the wait for the slowest. */
  readonly tpotSum: number;
}

/** What the cost model says of a deployment as a placement. */
export function predictPlacement(
  { architecture, gpu, engine, tpDegree, stages, values, inputTokens, outputTokens }: Deployment,
  phase: OperatingPoint["phase"],
  batch: number,
): PlacedFigures {
  const model = createCalibratedModel(architecture, defaultSettings(engine), knowledgeOf(values));
  const instance = instanceOf(gpu, tpDegree, { externalGbitsPerSecond: ETHERNET_GBITS });
  const layers = architecture.kindOf.length / stages;
  const point: OperatingPoint = { phase, batch, inputTokens, outputTokens };
  const estimates = Array.from({ length: stages }, (_, i) => {
    const shape: StageShape = {
      instance,
      ...tpGroup(tpDegree),
      startLayer: 1 + i * layers,
      layers,
      pipelineStages: stages,
      next: i === stages - 1 ? "none" : "other_instance",
    };
    return model.stage(shape, point);
  });
  const slowest = Math.min(...estimates.map(({ tokensPerSecond }) => tokensPerSecond));
  const tokens = (phase === "decode" ? 0 : inputTokens) + (phase === "prefill" ? 0 : outputTokens);
  return {
    requestsPerSecond: (slowest * model.pipelineEfficiency(point, stages)) / tokens,
    latency: pipelineLatency(model.latencyFrame(point, stages), estimates)!,
    tpotSum: estimates.reduce((sum, { tpotSeconds }) => sum + tpotSeconds!, 0),
  };
}
