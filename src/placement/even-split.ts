import { InputError } from "../errors.ts";
import type { PoolType } from "../hardware/pool.ts";
import { layerCount } from "../model/model.ts";
import { nearestHint } from "../nearest.ts";
import type { OperatingPoint } from "../workload/workload.ts";
import { instanceName, type Placement, placementAt } from "./placement.ts";
import type { Problem } from "./problem.ts";

/** A fixed even split: `ppStages` stages on instances of one family, `tpDegree` GPUs each. */
export interface SplitShape {
  readonly family: string;
  readonly tpDegree: number;
  readonly ppStages: number;
  /** Instances that share the stages; absent: one for each stage where the pool has as many, else the fewest that hold them. */
  readonly instances?: number;
}

/** The placement of an even split, or why the pool cannot hold it. */
export type EvenSplit =
  | { readonly status: "placement"; readonly placement: Placement }
  | { readonly status: "INFEASIBLE"; readonly error: string };

/**
 * Stage i of P stands on instance i of the family, GPU ids 0..t−1, with floor(L/P) layers and one more for the first
 * L mod P stages. Source: reference model, "Even split". Under an engine stages stand side by side on as few
 * instances as hold them where the pool has fewer instances than stages: see stagesByInstance.
 * @throws InputError when the family is not in the pool or a degree is not a positive integer.
 */
export function evenSplit(problem: Problem, split: SplitShape, point: OperatingPoint): EvenSplit {
  const { family, tpDegree, ppStages, instances } = split;
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
    ["instances", instances],
  ] as const) {
    if (value === undefined) continue;
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new InputError(flag, `${value} is not a positive integer.`, "Give an integer from 1.");
    }
  }
  if (tpDegree > type.instance.gpuCount) {
    return infeasible(
      `TP degree ${tpDegree} needs more GPUs than ${family} has (${type.instance.gpuCount}).`,
    );
  }
  const most = mostStagesPerInstance(problem, type, tpDegree);
  const perInstance = stagesByInstance(type.count, most, ppStages, instances);
  if (perInstance === null) {
    if (instances !== undefined && instances <= type.count) {
      return infeasible(
        `${ppStages} pipeline stages of TP ${tpDegree} do not fit on ${instances} instances of ${family}: each holds ${most}.`,
      );
    }
    const needs = `${ppStages} pipeline stages need ${Math.ceil(ppStages / most)} instances of ${family}`;
    const each =
      most > 1 ? ` (${most} stages of TP ${tpDegree} on ${type.instance.gpuCount} GPUs)` : "";
    return infeasible(`${needs}${each}, the pool has ${type.count}.`);
  }
  const numLayers = layerCount(problem.model);
  if (ppStages > numLayers) {
    return infeasible(`${ppStages} pipeline stages are more than the model's ${numLayers} layers.`);
  }
  const stages = evenSeats(numLayers, tpDegree, perInstance).map((seat) => ({
    gpu_type: instanceName(family, seat.instance),
    tp_degree: tpDegree,
    gpu_ids: gpuIdsOf(seat, tpDegree),
    start_layer: seat.startLayer,
    end_layer: seat.startLayer + seat.layers - 1,
  }));
  return {
    status: "placement",
    placement: placementAt(point, stages),
  };
}

/** A stage of an even split, and where it stands. */
export interface EvenSeat {
  /** Index of its instance among those of the type. */
  readonly instance: number;
  /** Its lowest GPU inside the instance; the group's others follow. */
  readonly firstGpu: number;
  readonly startLayer: number;
  readonly layers: number;
}

/** The stages of an even split, `perInstance` of them on instance 0, 1, …: the first L mod P have a layer more. */
export function evenSeats(
  numLayers: number,
  tpDegree: number,
  perInstance: readonly number[],
): EvenSeat[] {
  const ppStages = perInstance.reduce((sum, count) => sum + count, 0);
  const base = Math.floor(numLayers / ppStages);
  const longer = numLayers % ppStages;
  const seats: EvenSeat[] = [];
  let startLayer = 1;
  for (const [instance, count] of perInstance.entries()) {
    for (let position = 0; position < count; position++) {
      const layers = base + (seats.length < longer ? 1 : 0);
      seats.push({ instance, firstGpu: position * tpDegree, startLayer, layers });
      startLayer += layers;
    }
  }
  return seats;
}

/** The GPUs of a seat inside its instance. */
export function gpuIdsOf({ firstGpu }: EvenSeat, tpDegree: number): number[] {
  return Array.from({ length: tpDegree }, (_, id) => firstGpu + id);
}

/** Stages of an even split that one instance takes: the reference model's has one on each. */
export function mostStagesPerInstance(
  { engine }: Pick<Problem, "engine">,
  { instance }: PoolType,
  tpDegree: number,
): number {
  return engine ? Math.floor(instance.gpuCount / tpDegree) : 1;
}

/**
 * How many consecutive stages stand on instance 0, 1, …, with as equally many on each as can be, the first ones with one more.
 * Unless `instances` says on how many, there is one each while the pool has as many instances as stages, else they are on the
 * fewest instances that hold all stages at `most` on each. null where the pool has too few. E.g. 4 stages on instances that
 * hold 3: 2 and 2.
 */
function stagesByInstance(
  available: number,
  most: number,
  ppStages: number,
  instances = ppStages <= available ? ppStages : Math.ceil(ppStages / most),
): number[] | null {
  if (instances > available || instances * most < ppStages) return null;
  return stagesOnEach(ppStages, instances);
}

/** Stages on each of some instances: as equally many as can be, the first ones with one more. */
export function stagesOnEach(ppStages: number, instances: number): number[] {
  const least = Math.floor(ppStages / instances);
  return Array.from({ length: instances }, (_, i) => least + (i < ppStages % instances ? 1 : 0));
}

function infeasible(error: string): EvenSplit {
  return { status: "INFEASIBLE", error };
}
