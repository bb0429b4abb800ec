import { InternalError } from "../../errors.ts";
import { instanceMicroUsdPerHour, type PoolType } from "../../hardware/pool.ts";
import { groupBy } from "../../lists.ts";
import type { InstanceClass } from "./instance-class.ts";

/** A type as the search may use it. */
export interface AllowedType {
  readonly type: PoolType;
  /** TP degrees, rising. */
  readonly tpDegrees: readonly number[];
}

/**
 * The instance classes of a derived network: the instances of a type are alike, apart from being owned or rented, and so are
 * the GPUs of an instance.
 */
export function derivedInstances(
  allowed: readonly AllowedType[],
): Omit<InstanceClass, "position">[] {
  return allowed.flatMap(({ type, tpDegrees }) =>
    priceGroups(type).map(({ instances, microUsdPerHour }) => ({
      type,
      instances,
      microUsdPerHour,
      kinds: tpDegrees.map((gpus) => ({
        gpus,
        gBytesPerSecond:
          gpus === 1 ? Number.POSITIVE_INFINITY : type.instance.insideGBytesPerSecond,
      })),
      partitions: null,
      groupsOf: () => {
        throw new InternalError("a class whose GPUs are alike has no list of groups.");
      },
    })),
  );
}

/** The instances of a type by price. */
export function priceGroups(
  type: PoolType,
): { readonly instances: readonly number[]; readonly microUsdPerHour: number }[] {
  const indices = Array.from({ length: type.count }, (_, index) => index);
  const byPrice = groupBy(indices, (index) => instanceMicroUsdPerHour(type, index));
  return [...byPrice].map(([microUsdPerHour, instances]) => ({ instances, microUsdPerHour }));
}
