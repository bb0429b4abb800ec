import type { GroupKind, MatrixNetwork } from "../../hardware/network.ts";
import type { PoolType } from "../../hardware/pool.ts";
import { groupBy } from "../../lists.ts";
import { type AllowedType, priceGroups } from "./derived-instances.ts";
import type { Group, InstanceClass } from "./instance-class.ts";
import { type PartitionGroup, usefulPartitions } from "./partitions.ts";

/**
 * The instance classes of an explicit bandwidth matrix. A TP group is a set of GPUs with its own bandwidth, so an instance
 * offers partitions into groups; instances of a type and a price are one class when they offer the same partitions (their
 * links to others may still differ: those are looked at when a placement is put together).
 */
export function matrixInstances(
  network: MatrixNetwork,
  allowed: readonly AllowedType[],
): Omit<InstanceClass, "position">[] {
  return allowed.flatMap(({ type, tpDegrees }) =>
    priceGroups(type).flatMap(({ instances, microUsdPerHour }) => {
      const all = instances.map((index) => partitionsOf(network, type, index, tpDegrees));
      return [...groupBy(all, ({ key }) => key).values()].map((alike) => {
        const groups = new Map(alike.map((one) => [one.instanceIndex, one.groups]));
        return {
          type,
          instances: alike.map(({ instanceIndex }) => instanceIndex),
          microUsdPerHour,
          kinds: alike[0]!.kinds,
          partitions: alike[0]!.counts.map((counts) => ({ counts })),
          groupsOf: (instanceIndex: number, partition: number) =>
            groups.get(instanceIndex)![partition]!,
        };
      });
    }),
  );
}

/** The partitions of one instance. Those with equal keys have equal kinds and counts, in the same order. */
interface InstancePartitions {
  readonly instanceIndex: number;
  readonly key: string;
  readonly kinds: readonly GroupKind[];
  readonly counts: readonly (readonly number[])[];
  readonly groups: readonly (readonly Group[])[];
}

function partitionsOf(
  network: MatrixNetwork,
  type: PoolType,
  instanceIndex: number,
  tpDegrees: readonly number[],
): InstancePartitions {
  const { gpuCount, name } = type.instance;
  const base = type.firstGpu + instanceIndex * gpuCount;
  const inside = (a: number, b: number): number =>
    Math.min(
      network.gBytesPerSecond[(base + a) * network.gpuCount + base + b]!,
      network.gBytesPerSecond[(base + b) * network.gpuCount + base + a]!,
    );
  const partitions = usefulPartitions(`${name}#${instanceIndex}`, gpuCount, tpDegrees, inside);
  const kinds = kindsOf(partitions);
  const listed = partitions
    .map((groups) => {
      const counts = new Array<number>(kinds.length).fill(0);
      const placed = groups.map(({ gpuIds, groupGBytesPerSecond }): Group => {
        const kind = kinds.findIndex(
          (k) => k.gpus === gpuIds.length && k.gBytesPerSecond === groupGBytesPerSecond,
        );
        counts[kind]!++;
        return { kind, gpuIds };
      });
      return { counts, groups: placed, text: counts.join(",") };
    })
    .sort((a, b) => (a.text < b.text ? -1 : 1));
  return {
    instanceIndex,
    key: JSON.stringify([
      kinds.map((kind) => [kind.gpus, String(kind.gBytesPerSecond)]),
      listed.map(({ text }) => text),
    ]),
    kinds,
    counts: listed.map(({ counts }) => counts),
    groups: listed.map(({ groups }) => groups),
  };
}

function kindsOf(partitions: readonly (readonly PartitionGroup[])[]): GroupKind[] {
  const byKey = new Map<string, GroupKind>();
  for (const { gpuIds, groupGBytesPerSecond: gBytesPerSecond } of partitions.flat()) {
    const gpus = gpuIds.length;
    byKey.set(`${gpus} ${gBytesPerSecond}`, { gpus, gBytesPerSecond });
  }
  return [...byKey.values()].sort(
    (a, b) => a.gpus - b.gpus || a.gBytesPerSecond - b.gBytesPerSecond,
  );
}
