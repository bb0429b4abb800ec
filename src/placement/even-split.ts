import { InputError } from "../errors.ts";
import { nearestHint } from "../nearest.ts";
import type { OperatingPoint } from "../workload/workload.ts";
import { instanceName, type Placement } from "./placement.ts";
import type { Problem } from "./problem.ts";

/** A fixed even split: `ppStages` instances of one family, `tpDegree` GPUs of each. */
export interface SplitShape {
  readonly family: string;
  readonly tpDegree: number;
  readonly ppStages: number;
}

/** The placement of an even split, or why the pool cannot hold it. */
export type EvenSplit =
  | { readonly status: "placement"; readonly placement: Placement }
  | { readonly status: "INFEASIBLE"; readonly error: string };

/**
 * Stage i of P stands on instance i of the family, GPU ids 0..t−1, with floor(L/P) layers and one more for the first
 * L mod P stages. Source: reference model, "Even split".
 * @throws InputError when the family is not in the pool or a degree is not a positive integer.
 */
export function evenSplit(problem: Problem, split: SplitShape, point: OperatingPoint): EvenSplit {
  const { family, tpDegree, ppStages } = split;
  const type = problem.pool.byName.get(family);
  if (!type) {
    throw new InputError(
      "--instance-family",
      `"${family}" is not in the pool.`,
      nearestHint(family, [...problem.pool.byName.keys()]),
    );
  }
  for (const [flag, value] of [
    ["--tp-degree", tpDegree],
    ["--pp-stages", ppStages],
  ] as const) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new InputError(flag, `${value} is not a positive integer.`, "Give an integer from 1.");
    }
  }
  if (tpDegree > type.instance.gpuCount) {
    return infeasible(
      `TP degree ${tpDegree} needs more GPUs than ${family} has (${type.instance.gpuCount}).`,
    );
  }
  if (ppStages > type.count) {
    return infeasible(
      `${ppStages} pipeline stages need ${ppStages} instances of ${family}, the pool has ${type.count}.`,
    );
  }
  const { numLayers } = problem.model;
  if (ppStages > numLayers) {
    return infeasible(`${ppStages} pipeline stages are more than the model's ${numLayers} layers.`);
  }
  const base = Math.floor(numLayers / ppStages);
  const longer = numLayers % ppStages;
  let next = 1;
  const stages = Array.from({ length: ppStages }, (_, index) => {
    const size = base + (index < longer ? 1 : 0);
    const stage = {
      gpu_type: instanceName(family, index),
      tp_degree: tpDegree,
      gpu_ids: Array.from({ length: tpDegree }, (_unused, id) => id),
      start_layer: next,
      end_layer: next + size - 1,
    };
    next += size;
    return stage;
  });
  return {
    status: "placement",
    placement: {
      batch_size: point.batch,
      sequence_length: point.inputTokens,
      output_length: point.outputTokens,
      workload_phase: point.phase,
      stages,
    },
  };
}

function infeasible(error: string): EvenSplit {
  return { status: "INFEASIBLE", error };
}
