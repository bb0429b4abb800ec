import { type DerivedNetwork, pairGBytesPerSecond } from "../../hardware/network.ts";
import type { InstanceClass } from "./instance-class.ts";

const DERIVED: DerivedNetwork = { kind: "derived" };

/**
 * Whether a stage whose lowest GPU is `source` may be followed by one whose lowest GPU is `target` on a derived network; GPUs by
 * their global numbers.
 * @param minOutsideGBytesPerSecond links between instances below this are not used
 */
export function derivedLinks(
  classes: readonly InstanceClass[],
  minOutsideGBytesPerSecond: number,
  isFastEnough: (gBytesPerSecond: number) => boolean,
): (source: number, target: number) => boolean {
  const owner = new Map<
    number,
    readonly [instanceClass: InstanceClass, index: number, gpu: number]
  >();
  for (const instanceClass of classes) {
    const { gpuCount } = instanceClass.type.instance;
    for (const index of instanceClass.instances) {
      for (let gpu = 0; gpu < gpuCount; gpu++) {
        owner.set(instanceClass.type.firstGpu + index * gpuCount + gpu, [
          instanceClass,
          index,
          gpu,
        ]);
      }
    }
  }
  return (source, target) => {
    const [from, fromIndex, fromGpu] = owner.get(source)!;
    const [to, toIndex, toGpu] = owner.get(target)!;
    const bandwidth = pairGBytesPerSecond(
      DERIVED,
      ...([from.type, fromIndex, fromGpu] as const),
      ...([to.type, toIndex, toGpu] as const),
    );
    const isInside = from.type === to.type && fromIndex === toIndex;
    return isFastEnough(bandwidth) && (isInside || bandwidth >= minOutsideGBytesPerSecond);
  };
}
