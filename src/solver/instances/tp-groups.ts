import { type GroupKind, groupGBytesPerSecond, type Network } from "../../hardware/network.ts";
import type { InstanceClass } from "./instance-class.ts";

/** A set of GPUs of one instance as a TP group. */
export interface MatrixGroup {
  /** GPUs inside the instance, rising. */
  readonly gpuIds: readonly number[];
  /** Smallest bandwidth between two of them, either direction, GB/s; Infinity for a single GPU. */
  readonly groupGBytesPerSecond: number;
}

/** More groups than this are not told apart one by one. */
export const MOST_GROUPS = 20_000;

/** How many TP groups the GPUs of all instances can form. */
export function countGroups(classes: readonly InstanceClass[]): number {
  let groups = 0;
  for (const { type, instances, kinds } of classes) {
    for (const t of degreesOf(kinds))
      groups += instances.length * choose(type.instance.gpuCount, t);
  }
  return groups;
}

/** Kinds of TP groups beside those of the classes; null where there are too many groups to be listed. */
export type OtherGroups =
  | readonly { readonly instanceClass: InstanceClass; readonly kinds: readonly GroupKind[] }[]
  | null;

/**
 * The kinds of TP groups that some GPUs of an explicit matrix can form and that are in none of the partitions worth having. A
 * faster group takes the place of such a group wherever stages alone decide; a slow link, a rule on links or one on nodes can ask
 * for just these GPUs. On a derived network GPUs are alike, and there are none.
 */
export function groupsBeside(network: Network, classes: readonly InstanceClass[]): OtherGroups {
  if (network.kind === "derived") return [];
  if (countGroups(classes) > MOST_GROUPS) return null;
  return classes.map((instanceClass) => {
    const own = new Set(instanceClass.kinds.map(nameOf));
    const others = new Map<string, GroupKind>();
    for (const instanceIndex of instanceClass.instances) {
      for (const gpus of degreesOf(instanceClass.kinds)) {
        for (const group of matrixGroups(network, instanceClass, instanceIndex, gpus)) {
          const kind = { gpus, gBytesPerSecond: group.groupGBytesPerSecond };
          const name = nameOf(kind);
          if (!own.has(name)) others.set(name, kind);
        }
      }
    }
    return { instanceClass, kinds: [...others.values()] };
  });
}

function nameOf({ gpus, gBytesPerSecond }: GroupKind): string {
  return `${gpus} ${gBytesPerSecond}`;
}

/** The TP degrees of a class, rising. */
export function degreesOf(kinds: InstanceClass["kinds"]): number[] {
  return [...new Set(kinds.map(({ gpus }) => gpus))];
}

/** Every group of so many GPUs of an instance. */
export function* matrixGroups(
  network: Network,
  { type }: InstanceClass,
  instanceIndex: number,
  gpus: number,
): Generator<MatrixGroup> {
  for (const gpuIds of subsetsOf(type.instance.gpuCount, gpus)) {
    yield {
      gpuIds,
      groupGBytesPerSecond: groupGBytesPerSecond(network, type, instanceIndex, gpuIds),
    };
  }
}

function* subsetsOf(count: number, size: number, from = 0): Generator<readonly number[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let first = from; first + size <= count; first++) {
    for (const rest of subsetsOf(count, size - 1, first + 1)) yield [first, ...rest];
  }
}

function choose(n: number, k: number): number {
  let ways = 1;
  for (let i = 1; i <= k; i++) ways = (ways * (n - k + i)) / i;
  return ways;
}
