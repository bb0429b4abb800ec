import { InputError } from "../../errors.ts";
import { groupGBytesPerSecond, type Network } from "../../hardware/network.ts";
import type { Problem } from "../../placement/problem.ts";
import type { InstanceClass } from "../instances/instance-class.ts";
import {
  countGroups,
  degreesOf,
  type MatrixGroup,
  MOST_GROUPS,
  matrixGroups,
} from "../instances/tp-groups.ts";
import { requireLevel } from "../stages/levels.ts";
import { sizesAtRate } from "../stages/size-rates.ts";
import { type BatchOptions, ratesOf, stageOption } from "../stages/stage-options.ts";
import { type StartsAtRate, startsAtRate } from "../stages/starts-at-rate.ts";

/** A TP group of one concrete instance that can carry a stage at a floor. */
export interface Unit {
  readonly instanceClass: InstanceClass;
  readonly instanceIndex: number;
  /** GPUs inside the instance, rising. */
  readonly gpuIds: readonly number[];
  /** Global number of the lowest GPU: the end of the stage's links. */
  readonly lowestGpu: number;
  /** Sizes it may have, rising; a run of the allowed sizes. */
  readonly sizes: readonly number[];
  /** The same by where the stage starts, where that matters; null where it does not. */
  readonly starts: StartsAtRate | null;
  /** The same of stages whose next one stands on the same instance, where that makes a difference; null where it does not. */
  readonly stays: StartsAtRate | null;
}

/**
 * Every TP group that can carry a stage at the floor, of every concrete instance: links depend on which GPUs a group takes,
 * so none stands for another.
 * `groups`: "aligned" lists blocks of t neighbouring GPUs only, which is enough where GPUs are alike and the degrees divide
 * one another and the GPUs of the instance.
 * @param batch holds the levels, of which every rate that a unit can have has to be one: a placement of units whose rate lies
 *   between two levels would be jumped over
 * @throws InputError when there are too many to list
 * @throws InternalError when a unit can have a rate that is no level
 */
export function concreteGroups(
  problem: Problem,
  classes: readonly InstanceClass[],
  batch: BatchOptions,
  minRate: number,
  tpDegree: number | null,
  groups: "all" | "aligned",
): Unit[] {
  if (groups === "all" && (!batch.holdsAllGroups || countGroups(classes) > MOST_GROUPS)) {
    throw new InputError(
      problem.network.kind === "matrix" ? "network_bandwidth.csv" : "gpu_pool.csv",
      `here it matters which GPUs a stage has, for its links or for the rules on nodes, and the instances offer more than ${MOST_GROUPS} TP groups to tell apart.`,
      "Limit the TP degrees (--tp-degrees, --tp-config) or the instances (--include, --exclude).",
    );
  }
  const units: Unit[] = [];
  for (const instanceClass of classes) {
    const { gpuCount } = instanceClass.type.instance;
    const sizesOf = new Map<string, UnitSizes>();
    for (const instanceIndex of instanceClass.instances) {
      const base = instanceClass.type.firstGpu + instanceIndex * gpuCount;
      for (const t of degreesOf(instanceClass.kinds)) {
        if (tpDegree !== null && t !== tpDegree) continue;
        const listed =
          groups === "all"
            ? matrixGroups(problem.network, instanceClass, instanceIndex, t)
            : alignedGroups(problem.network, instanceClass, instanceIndex, t);
        for (const { gpuIds, groupGBytesPerSecond } of listed) {
          const key = `${t} ${groupGBytesPerSecond}`;
          let sizes = sizesOf.get(key);
          if (!sizes) {
            sizes = fastSizes(problem, instanceClass, t, groupGBytesPerSecond, batch, minRate);
            sizesOf.set(key, sizes);
          }
          if (sizes.sizes.length === 0) continue;
          units.push({
            instanceClass,
            instanceIndex,
            gpuIds,
            lowestGpu: base + gpuIds[0]!,
            ...sizes,
          });
        }
      }
    }
  }
  return units;
}

type UnitSizes = Pick<Unit, "sizes" | "starts" | "stays">;

function fastSizes(
  problem: Problem,
  instanceClass: InstanceClass,
  tpDegree: number,
  groupGBytesPerSecond: number,
  { setting, levels }: BatchOptions,
  minRate: number,
): UnitSizes {
  const option = stageOption(
    problem,
    instanceClass,
    { tpDegree, groupGBytesPerSecond },
    0,
    setting,
  );
  if (option.endRate < minRate || option.sizes.length === 0)
    return { sizes: [], starts: null, stays: null };
  const formed = [...ratesOf(option), option.endRate].filter((rate) => rate >= minRate);
  for (const rate of formed)
    requireLevel(levels, rate, `TP ${tpDegree} on ${instanceClass.type.instance.name}`);
  return {
    sizes: sizesAtRate(option, minRate),
    starts: option.starts && startsAtRate(option.starts, minRate),
    stays: option.stays && startsAtRate(option.stays, minRate),
  };
}

function* alignedGroups(
  network: Network,
  { type }: InstanceClass,
  instanceIndex: number,
  tpDegree: number,
): Generator<MatrixGroup> {
  for (let first = 0; first + tpDegree <= type.instance.gpuCount; first += tpDegree) {
    const gpuIds = Array.from({ length: tpDegree }, (_, i) => first + i);
    yield {
      gpuIds,
      groupGBytesPerSecond: groupGBytesPerSecond(network, type, instanceIndex, gpuIds),
    };
  }
}
