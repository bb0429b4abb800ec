import { InputError } from "../../errors.ts";

/** A TP group as a set of GPUs, with its bandwidth. */
export interface PartitionGroup {
  readonly gpuIds: readonly number[];
  readonly groupGBytesPerSecond: number;
}

/** Bandwidth between two GPUs of one instance, the slower direction, GB/s. */
export type Inside = (a: number, b: number) => number;

/** More partitions of one instance than this are not listed. */
const MOST_PARTITIONS = 200_000;

/**
 * The ways of cutting an instance into TP groups that are worth having.
 *
 * All partitions into groups of the given degrees are walked through (GPUs that no group takes may stay over when the
 * degrees do not fit the count; GPUs whose exchange leaves the inside bandwidths unchanged are not told apart). Of
 * partitions with the same degrees, one is dropped when another has every group, sorted by bandwidth, at least as fast: a
 * faster group can carry whatever the slower one carries.
 *
 * @throws InputError when the bandwidths tell apart more partitions than can be listed
 */
export function usefulPartitions(
  instanceName: string,
  gpuCount: number,
  tpDegrees: readonly number[],
  inside: Inside,
): readonly (readonly PartitionGroup[])[] {
  const alike = alikeGpus(gpuCount, inside);
  const byDegrees = new Map<string, (readonly PartitionGroup[])[]>();
  const smallest = tpDegrees[0]!;
  let listed = 0;

  const keep = (groups: readonly PartitionGroup[]): void => {
    listed++;
    if (listed > MOST_PARTITIONS) {
      throw new InputError(
        "network_bandwidth.csv",
        `the bandwidths inside ${instanceName} allow more than ${MOST_PARTITIONS} different ways of forming TP groups.`,
        "Limit the TP degrees of the type (--tp-config), or give equal GPUs equal bandwidths.",
      );
    }
    const sorted = [...groups].sort(
      (a, b) =>
        a.gpuIds.length - b.gpuIds.length || a.groupGBytesPerSecond - b.groupGBytesPerSecond,
    );
    const key = sorted.map(({ gpuIds }) => gpuIds.length).join(",");
    const known = byDegrees.get(key) ?? [];
    if (known.some((other) => isAtLeastAsFast(other, sorted))) return;
    byDegrees.set(key, [...known.filter((other) => !isAtLeastAsFast(sorted, other)), sorted]);
  };

  /** Chooses the group of the lowest free GPU, or leaves that GPU over when the rest cannot use it. */
  const cut = (free: readonly number[], groups: readonly PartitionGroup[]): void => {
    if (free.length === 0) {
      keep(groups);
      return;
    }
    const [first, ...rest] = free;
    for (const t of tpDegrees) {
      if (t > free.length) break;
      for (const others of subsets(rest, t - 1, alike)) {
        const gpuIds = [first!, ...others];
        const taken = new Set(gpuIds);
        cut(
          free.filter((gpu) => !taken.has(gpu)),
          [...groups, { gpuIds, groupGBytesPerSecond: slowestPair(gpuIds, inside) }],
        );
      }
    }
    // With TP 1 allowed a GPU that stands alone is never worse than one left over.
    if (smallest > 1) cut(rest, groups);
  };
  cut(
    Array.from({ length: gpuCount }, (_, gpu) => gpu),
    [],
  );
  return [...byDegrees.values()].flat().filter((groups) => groups.length > 0);
}

function isAtLeastAsFast(a: readonly PartitionGroup[], b: readonly PartitionGroup[]): boolean {
  return a.every((group, i) => group.groupGBytesPerSecond >= b[i]!.groupGBytesPerSecond);
}

function slowestPair(gpuIds: readonly number[], inside: Inside): number {
  let slowest = Number.POSITIVE_INFINITY;
  for (const [i, a] of gpuIds.entries()) {
    for (const b of gpuIds.slice(i + 1)) slowest = Math.min(slowest, inside(a, b));
  }
  return slowest;
}

/** For each GPU, the lowest GPU that it can be exchanged with without changing any inside bandwidth. */
function alikeGpus(gpuCount: number, inside: Inside): number[] {
  const alike: number[] = [];
  for (let a = 0; a < gpuCount; a++) {
    const twin = alike.findIndex(
      (lowest, b) =>
        lowest === b &&
        Array.from({ length: gpuCount }, (_, c) => c).every(
          (c) => c === a || c === b || inside(a, c) === inside(b, c),
        ),
    );
    alike.push(twin >= 0 ? twin : a);
  }
  return alike;
}

/** Subsets of a size; of GPUs that are alike always the first ones. */
function* subsets(
  gpus: readonly number[],
  size: number,
  alike: readonly number[],
): Generator<readonly number[]> {
  if (size === 0) {
    yield [];
    return;
  }
  const skipped = new Set<number>();
  for (const [i, gpu] of gpus.entries()) {
    if (gpus.length - i < size) return;
    if (skipped.has(alike[gpu]!)) continue;
    for (const others of subsets(gpus.slice(i + 1), size - 1, alike)) yield [gpu, ...others];
    skipped.add(alike[gpu]!);
  }
}
