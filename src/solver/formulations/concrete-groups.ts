import { InputError } from "../../errors.ts";
import { externalShareGBytesPerSecond } from "../../hardware/instance.ts";
import { type GroupKind, groupGBytesPerSecond, type Network } from "../../hardware/network.ts";
import { instanceName } from "../../placement/placement.ts";
import type { Problem } from "../../placement/problem.ts";
import { derivedLinks } from "../instances/derived-links.ts";
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
import { type BatchOptions, pairRate, ratesOf, stageOption } from "../stages/stage-options.ts";
import { type StartsAtRate, startsAtRate } from "../stages/starts-at-rate.ts";
import type { Case } from "./case.ts";

/** A TP group of one concrete instance that can carry a stage at a rate threshold. */
export interface ConcreteGroup {
  readonly instanceClass: InstanceClass;
  readonly instanceIndex: number;
  /** GPUs inside the instance, rising. */
  readonly gpuIds: readonly number[];
  /** Global number of the lowest GPU: the end of the stage's links. */
  readonly lowestGpu: number;
  /** Sizes it may have, rising; a run of the allowed sizes. */
  readonly sizes: readonly number[];
  /** The same by where the stage starts. */
  readonly starts: StartsAtRate;
  /** The same of stages whose next one stands on the same instance, where that makes a difference; null where it does not. */
  readonly stays: StartsAtRate | null;
}

/** Name of the instance of a group. */
export function instanceOf({ instanceClass, instanceIndex }: ConcreteGroup): string {
  return instanceName(instanceClass.type.instance.name, instanceIndex);
}

/** The TP groups that a formulation over concrete GPUs chooses from, and the links between them. */
export interface ConcreteGroups {
  readonly groups: readonly ConcreteGroup[];
  /** Whether a stage whose lowest GPU is `source` may be followed by one whose lowest GPU is `target` (global numbers). */
  readonly allows: (source: number, target: number) => boolean;
}

/** The most GPUs that are told apart one by one. */
const MOST_GPUS = 2_000;

/**
 * Every TP group that can carry a stage of a case, of every concrete instance: links depend on which GPUs a group takes, so none
 * stands for another.
 * @throws InputError when there are too many to list
 * @throws InternalError when a group or a link can have a rate that is no level: a placement whose rate lies between two levels would
 *   be jumped over
 */
export function concreteGroups(of: Case): ConcreteGroups {
  const { problem, batch, minRate, stages, minOutsideGBytesPerSecond } = of;
  const { network, costModel } = problem;
  const isDerived = network.kind === "derived";
  // Instances of a class are alike on a derived network, and S stages use S of them at most.
  const classes = isDerived
    ? of.classes.map((instanceClass) => ({
        ...instanceClass,
        instances: instanceClass.instances.slice(0, stages),
      }))
    : of.classes;
  if (isDerived) requireFewGpus(classes);
  const linkRate = (gBytesPerSecond: number): number =>
    pairRate(costModel, gBytesPerSecond, batch.setting.point);
  const allows =
    of.links?.allows ??
    derivedLinks(classes, minOutsideGBytesPerSecond, (link) => linkRate(link) >= minRate);
  // Blocks of neighbouring GPUs are enough where GPUs are alike and the degrees divide one another and the GPUs of the instance.
  const isAligned = isDerived && classes.every(hasAlignedGroups);
  const groups = listGroups(of, classes, isAligned ? alignedGroups : matrixGroups);
  for (const bandwidth of linkBandwidths(network, groups)) {
    const rate = linkRate(bandwidth);
    if (rate >= minRate) requireLevel(batch.levels, rate, `a link of ${bandwidth} GB/s`);
  }
  return { groups, allows };
}

function requireFewGpus(classes: readonly InstanceClass[]): void {
  const gpus = classes.reduce(
    (sum, { type, instances }) => sum + instances.length * type.instance.gpuCount,
    0,
  );
  if (gpus <= MOST_GPUS) return;
  throw new InputError(
    "gpu_pool.csv",
    `links between single GPUs matter here, and ${gpus} GPUs are too many to tell apart.`,
    `Give counts that add up to at most ${MOST_GPUS} GPUs.`,
  );
}

/** The bandwidths that links between groups can have, GB/s. */
function linkBandwidths(network: Network, groups: readonly ConcreteGroup[]): ReadonlySet<number> {
  if (network.kind === "derived") {
    const instances = new Set(groups.map(({ instanceClass }) => instanceClass.type.instance));
    return new Set(
      [...instances].flatMap((instance) => [
        instance.insideGBytesPerSecond,
        externalShareGBytesPerSecond(instance),
      ]),
    );
  }
  const { gpuCount, gBytesPerSecond } = network;
  const ends = [...new Set(groups.map(({ lowestGpu }) => lowestGpu))];
  return new Set(
    ends.flatMap((source) =>
      ends
        .filter((target) => target !== source)
        .map((target) => gBytesPerSecond[source * gpuCount + target]!),
    ),
  );
}

function hasAlignedGroups({ kinds, type }: InstanceClass): boolean {
  const degrees = kinds.map(({ gpus }) => gpus);
  return [...degrees, type.instance.gpuCount].every(
    (t, i, all) => i === 0 || t % all[i - 1]! === 0,
  );
}

type GroupsOf = typeof matrixGroups;

function listGroups(
  { problem, batch, minRate, groupGpus }: Case,
  classes: readonly InstanceClass[],
  groupsOf: GroupsOf,
): ConcreteGroup[] {
  const { network } = problem;
  const isEvery = groupsOf === matrixGroups;
  if (isEvery && (!batch.holdsAllGroups || countGroups(classes) > MOST_GROUPS)) {
    throw new InputError(
      network.kind === "matrix" ? "network_bandwidth.csv" : "gpu_pool.csv",
      `links or node rules depend on which GPUs a stage has, and the instances offer more than ${MOST_GROUPS} TP groups to tell apart.`,
      "Limit the TP degrees (--tp-degrees, --tp-config) or the instances (--include, --exclude).",
    );
  }
  const groups: ConcreteGroup[] = [];
  for (const instanceClass of classes) {
    const { gpuCount } = instanceClass.type.instance;
    const sizesOf = new Map<string, GroupSizes | null>();
    for (const instanceIndex of instanceClass.instances) {
      const base = instanceClass.type.firstGpu + instanceIndex * gpuCount;
      for (const t of degreesOf(instanceClass.kinds)) {
        if (groupGpus !== null && t !== groupGpus) continue;
        const listed = groupsOf(network, instanceClass, instanceIndex, t);
        for (const { gpuIds, groupGBytesPerSecond } of listed) {
          const key = `${t} ${groupGBytesPerSecond}`;
          let sizes = sizesOf.get(key);
          if (sizes === undefined) {
            const kind = { gpus: t, gBytesPerSecond: groupGBytesPerSecond };
            sizes = fastSizes(problem, instanceClass, kind, batch, minRate);
            sizesOf.set(key, sizes);
          }
          if (sizes === null) continue;
          groups.push({
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
  return groups;
}

type GroupSizes = Pick<ConcreteGroup, "sizes" | "starts" | "stays">;

function fastSizes(
  problem: Problem,
  instanceClass: InstanceClass,
  group: GroupKind,
  { setting, levels }: BatchOptions,
  minRate: number,
): GroupSizes | null {
  const option = stageOption(problem, instanceClass, group, 0, setting);
  const sizes = option.endRate < minRate ? [] : sizesAtRate(option, minRate);
  if (sizes.length === 0) return null;
  const formed = [...ratesOf(option), option.endRate].filter((rate) => rate >= minRate);
  for (const rate of formed)
    requireLevel(levels, rate, `TP ${group.gpus} on ${instanceClass.type.instance.name}`);
  return {
    sizes,
    starts: startsAtRate(option.starts, minRate),
    stays: option.stays && startsAtRate(option.stays, minRate),
  };
}

function* alignedGroups(
  network: Network,
  { type }: InstanceClass,
  instanceIndex: number,
  groupGpus: number,
): Generator<MatrixGroup> {
  for (let first = 0; first + groupGpus <= type.instance.gpuCount; first += groupGpus) {
    const gpuIds = Array.from({ length: groupGpus }, (_, i) => first + i);
    yield {
      gpuIds,
      groupGBytesPerSecond: groupGBytesPerSecond(network, type, instanceIndex, gpuIds),
    };
  }
}
