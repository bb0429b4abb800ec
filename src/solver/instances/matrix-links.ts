import type { MatrixNetwork } from "../../hardware/network.ts";
import type { InstanceClass } from "./instance-class.ts";

/** One instance with its GPUs in the numbering of the matrix. */
interface Instance {
  readonly instanceClass: InstanceClass;
  readonly index: number;
  readonly firstGpu: number;
  readonly gpuCount: number;
}

/** What the links of an explicit matrix allow at one rate threshold. */
export interface LinksAtRate {
  /** False when every pair of GPUs may be linked: then links decide nothing. */
  readonly binding: boolean;
  /** Whether a stage whose lowest GPU is `source` may be followed by one whose lowest GPU is `target` (global numbers). */
  readonly allows: (source: number, target: number) => boolean;
  /** Whether any link between this instance and another one is allowed, in either direction. */
  readonly reachesOthers: (instanceClass: InstanceClass, instanceIndex: number) => boolean;
  /** Whether any link between two GPUs of this instance is allowed, in either direction. */
  readonly linksInside: (instanceClass: InstanceClass, instanceIndex: number) => boolean;
}

/**
 * The links of an explicit bandwidth matrix: a link from one stage to the next is limited by [lowest GPU of the source]
 * [lowest GPU of the target], besides the TP groups at its ends.
 */
export class MatrixLinks {
  private readonly instances: readonly Instance[];
  private readonly smallestInside: number;
  private readonly smallestOutside: number;
  /** Every bandwidth of the matrix, rising, GB/s. */
  private readonly bandwidths: Float64Array;

  constructor(
    private readonly network: MatrixNetwork,
    classes: readonly InstanceClass[],
    /** Links between instances below this are not used, GB/s. */
    private readonly minOutsideGBytesPerSecond: number,
  ) {
    this.instances = classes.flatMap((instanceClass) =>
      instanceClass.instances.map((index) => ({
        instanceClass,
        index,
        firstGpu: instanceClass.type.firstGpu + index * instanceClass.type.instance.gpuCount,
        gpuCount: instanceClass.type.instance.gpuCount,
      })),
    );
    let inside = Number.POSITIVE_INFINITY;
    let outside = Number.POSITIVE_INFINITY;
    for (const a of this.instances) {
      for (const b of this.instances) {
        const smallest = this.extreme(a, b, Math.min, Number.POSITIVE_INFINITY);
        if (a === b) inside = Math.min(inside, smallest);
        else outside = Math.min(outside, smallest);
      }
    }
    this.bandwidths = Float64Array.from(new Set(network.gBytesPerSecond)).sort();
    this.smallestInside = inside;
    this.smallestOutside = outside;
  }

  /** @param isFastEnough whether a link of some GB/s reaches the rate threshold; never turns false as the bandwidth rises */
  at(isFastEnough: (gBytesPerSecond: number) => boolean): LinksAtRate {
    const { network, minOutsideGBytesPerSecond } = this;
    const needed = this.bandwidths.find(isFastEnough) ?? Number.POSITIVE_INFINITY;
    const outsideNeeded = Math.max(needed, minOutsideGBytesPerSecond);
    const owner = new Map<number, Instance>();
    for (const instance of this.instances) {
      for (let i = 0; i < instance.gpuCount; i++) owner.set(instance.firstGpu + i, instance);
    }
    const find = (instanceClass: InstanceClass, index: number): Instance =>
      this.instances.find(
        (instance) => instance.instanceClass === instanceClass && instance.index === index,
      )!;
    return {
      binding: this.smallestInside < needed || this.smallestOutside < outsideNeeded,
      allows: (source, target) =>
        network.gBytesPerSecond[source * network.gpuCount + target]! >=
        (owner.get(source) === owner.get(target) ? needed : outsideNeeded),
      reachesOthers: (instanceClass, index) => {
        const a = find(instanceClass, index);
        return this.instances.some(
          (b) =>
            b !== a &&
            Math.max(this.extreme(a, b, Math.max, 0), this.extreme(b, a, Math.max, 0)) >=
              outsideNeeded,
        );
      },
      linksInside: (instanceClass, index) => {
        const a = find(instanceClass, index);
        return this.extreme(a, a, Math.max, 0) >= needed;
      },
    };
  }

  /** The largest or smallest bandwidth from a GPU of `a` to another GPU of `b`, GB/s. */
  private extreme(
    a: Instance,
    b: Instance,
    pick: (x: number, y: number) => number,
    start: number,
  ): number {
    let found = start;
    for (let i = 0; i < a.gpuCount; i++) {
      const row = (a.firstGpu + i) * this.network.gpuCount + b.firstGpu;
      for (let j = 0; j < b.gpuCount; j++) {
        if (a === b && i === j) continue;
        found = pick(found, this.network.gBytesPerSecond[row + j]!);
      }
    }
    return found;
  }
}
