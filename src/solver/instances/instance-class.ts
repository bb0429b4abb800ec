import type { PoolType } from "../../hardware/pool.ts";

/** A kind of TP group that an instance can form. */
export interface GroupKind {
  readonly tpDegree: number;
  /** Smallest bandwidth between two GPUs of the group, GB/s; Infinity for TP 1. */
  readonly groupGBytesPerSecond: number;
}

/** A TP group of one concrete instance. */
export interface Group {
  /** Position in the class's kinds. */
  readonly kind: number;
  readonly gpuIds: readonly number[];
}

/** One way of cutting an instance into TP groups. */
interface Partition {
  /** Groups of each kind, in the order of the class's kinds. */
  readonly counts: readonly number[];
}

/** Instances that the search need not tell apart: same type, same price, same groups to be had. */
export interface InstanceClass {
  /** Position in the list of classes. */
  readonly position: number;
  readonly type: PoolType;
  /** Indices of the instances within their type, rising. */
  readonly instances: readonly number[];
  readonly microUsdPerHour: number;
  /** By rising TP degree, then rising bandwidth. */
  readonly kinds: readonly GroupKind[];
  /**
   * The partitions worth having. Null when every kind has its own TP degree and GPUs are alike, so that any groups that fit
   * by number can be formed.
   */
  readonly partitions: readonly Partition[] | null;
  /**
   * The groups of a partition on one of the class's instances.
   * Only for classes with partitions.
   */
  readonly groupsOf: (instanceIndex: number, partition: number) => readonly Group[];
}
