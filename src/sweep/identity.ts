import { launcherOf } from "../export/startable.ts";
import { pairGBytesPerSecond } from "../hardware/network.ts";
import { checkPlacement } from "../placement/check.ts";
import { placementPoint } from "../placement/evaluate.ts";
import { evenSplit } from "../placement/even-split.ts";
import type { Problem } from "../placement/problem.ts";
import { forbiddenTp } from "../placement/tp-shape.ts";
import { modelData } from "../problem-file/model-data.ts";
import { type RunParameters, runPoint } from "./run.ts";

/** Raised when evaluate() or the files of a run change their meaning, so that older runs are not taken for current ones. */
export const RUN_FORMAT = 3;

/**
 * Everything that decides what a run's files say, as plain data: two runs with equal identities have equal results.
 *
 * Only what reaches this run counts: the price of another type may change, or the family's pool grow, and the run stays
 * what it was. The cost model's factors are closed up inside it, so its answers for the run's own stages and links stand for
 * them; they also show when a program computes other physics than the one that wrote the run.
 */
export function runIdentity(problem: Problem, run: RunParameters): unknown {
  const { model, pool, costModel, rules, limits, totalTokensToProcess } = problem;
  const type = pool.byName.get(run.family);
  return {
    format: RUN_FORMAT,
    run: { ...run },
    model: modelData(model),
    instance: type && {
      ...type.instance,
      microUsdPerHour: type.price.microUsdPerHour,
      // More instances than stages change nothing.
      usable: Math.min(type.count, run.ppStages),
      owned: Math.min(type.ownedCount ?? 0, run.ppStages),
    },
    rules,
    forbiddenTp: forbiddenTp(problem, run.tpDegree),
    launcher: launcherOf(problem),
    maxBatchedTokens: problem.engine?.maxBatchedTokens ?? null,
    limits,
    totalTokensToProcess,
    costModel: {
      name: costModel.name,
      predictsLatency: costModel.predictsLatency,
      realWorldEfficiency: costModel.realWorldEfficiency,
      answers: costModelAnswers(problem, run),
    },
  };
}

/** What the cost model says of every stage and link of the run; the network shows in the bandwidths. */
function costModelAnswers(problem: Problem, run: RunParameters): unknown {
  const { costModel, network, rules } = problem;
  const split = evenSplit(problem, run, runPoint(run));
  if (split.status === "INFEASIBLE") return split;
  const point = placementPoint(split.placement, problem.workload);
  const { stages } = checkPlacement(problem, split.placement, point);
  return {
    pipelineEfficiency: costModel.pipelineEfficiency(point, stages.length),
    latencyFrame: costModel.latencyFrame(point, stages.length),
    uncertainty: costModel.uncertainty(
      stages.map(({ shape }) => shape),
      point,
    ),
    stages: stages.map(({ shape }) => ({
      layers: shape.layers,
      groupGBytesPerSecond: shape.group.gBytesPerSecond,
      estimate: costModel.stage(shape, point),
      memory: costModel.memory(shape, point),
      range: costModel.segmentRange(shape, point, rules.minMemoryUtilization),
    })),
    links: stages.slice(1).map((target, index) => {
      const source = stages[index]!;
      const pair = pairGBytesPerSecond(
        network,
        source.type,
        source.instanceIndex,
        source.lowestGpu,
        target.type,
        target.instanceIndex,
        target.lowestGpu,
      );
      return {
        pairGBytesPerSecond: pair,
        estimate: costModel.link(source.shape, target.shape, pair, point),
      };
    }),
  };
}
