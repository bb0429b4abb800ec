import type { GroupKind } from "../../hardware/network.ts";
import type { PoolType } from "../../hardware/pool.ts";

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
  /** The groups that an instance can form, by rising number of GPUs, then rising bandwidth. */
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
