import type { CostModel } from "../cost/cost-model.ts";
import type { EngineSettings } from "../engines/engine-settings.ts";
import { InputError } from "../errors.ts";
import { checkMatrix, type Network } from "../hardware/network.ts";
import type { Pool } from "../hardware/pool.ts";
import { checkModel, type Model } from "../model/model.ts";
import type { Limits, Workload } from "../workload/workload.ts";

/** What a placement has to satisfy besides fitting into memory. */
export interface PlacementRules {
  readonly maxPipelineStages: number;
  readonly minLayersPerStage: number;
  /** Share (0 to 1) of the GPU memory that every stage has to use. */
  readonly minMemoryUtilization: number;
  /** A stage's size must be a divisor of the number of layers or a power of two from 4 up to it. */
  readonly quantizeSegments: boolean;
  /** Also TP degrees that the engine does not start the model at (see tp-shape.ts); absent: only those that it does. */
  readonly anyShape?: boolean;
}

/** The founding program's weighted objective: T / throughputNormalization − w/(1 − w) · C / costNormalization − penalty · X. */
export interface ObjectiveWeights {
  /** w, 0 (throughput) to 1 (cost); null when the configuration does not say. */
  readonly costWeight: number | null;
  readonly throughputNormalization: number;
  readonly costNormalization: number;
  /** Per link whose ends lie on different instances. */
  readonly crossInstancePenalty: number;
}

/** Everything `evaluate` and `solve` need to know. Built by the readers or by hand; immutable. */
export interface Problem {
  readonly model: Model;
  readonly pool: Pool;
  readonly network: Network;
  readonly costModel: CostModel;
  /** The serving engine that the cost model stands for; absent for a model that knows none. */
  readonly engine?: EngineSettings;
  readonly rules: PlacementRules;
  readonly workload: Workload;
  readonly limits: Limits;
  readonly weights: ObjectiveWeights;
  /** Tokens of the whole job, for run time and total cost. */
  readonly totalTokensToProcess: number;
  /** Bound on a whole command, seconds; null for none. */
  readonly timeLimitSeconds: number | null;
  /** Instance types that the pool had and the file of an answer, which the problem was read from, does not; absent: none. */
  readonly poolTypesLeftOut?: number;
  /** What the reader had to tell the user (an ignored key, a stand-in GPU). */
  readonly warnings: readonly string[];
}

const checked = new WeakSet<Problem>();

/**
 * Checks once that the parts of a problem fit together. `evaluate` and `solve` call it; later calls cost nothing.
 * @throws InputError when the bandwidth matrix is not that of the pool, the layers described are not those of the model, or
 *   there is a limit on a latency that the cost model does not predict
 */
export function checkProblem(problem: Problem): void {
  if (checked.has(problem)) return;
  if (problem.network.kind === "matrix") checkMatrix(problem.network, problem.pool);
  checkModel(problem.model);
  checkLatencyLimits(problem);
  checked.add(problem);
}

/** A target that the cost model cannot speak of is refused, never dropped. */
function checkLatencyLimits({ costModel, limits }: Problem): void {
  const flag =
    limits.maxTtftSeconds !== null
      ? "--max-ttft-ms"
      : limits.maxTpotSeconds !== null
        ? "--max-tpot-ms"
        : null;
  if (flag === null) return;
  if (!costModel.predictsLatency) {
    throw new InputError(
      flag,
      `the cost model "${costModel.name}" predicts no latency.`,
      "Leave the target out, or use a cost model that predicts latency.",
    );
  }
  const margin = limits.latencySafetyMargin;
  if (!(margin >= 0 && margin < Number.POSITIVE_INFINITY)) {
    throw new InputError(
      "--safety-margin",
      `${margin * 100} % is not a margin.`,
      "Give a number of per cent from 0.",
    );
  }
}
