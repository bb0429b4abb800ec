import type { Problem } from "../../placement/problem.ts";
import type { OperatingPoint } from "../../workload/workload.ts";
import type { HostClass } from "../hosts/host-class.ts";

/** A weight for every layer, as prefix sums: prefix[n] is the weight of the first n layers. */
export type Measure = Float64Array;

/**
 * Weights of layers under which stages can be compared with what the model needs. For any such weight the heaviest segments
 * that the chosen stages can carry have to add up to the whole model, whatever the order: each measure is a valid row. Used
 * are the number of layers, their time on every kind of TP group, and their memory.
 */
export function layerMeasures(
  problem: Problem,
  classes: readonly HostClass[],
  point: OperatingPoint,
): Measure[] {
  const { numLayers } = problem.model;
  const measures = new Map<string, Measure>();
  const add = (weightOf: (layer: number) => number): void => {
    const prefix = new Float64Array(numLayers + 1);
    for (let layer = 1; layer <= numLayers; layer++) {
      prefix[layer] = prefix[layer - 1]! + weightOf(layer);
    }
    // Scaled to L, so that the rows are alike in size.
    const scale = numLayers / prefix[numLayers]!;
    const scaled = prefix.map((weight) => weight * scale);
    measures.set([...scaled].map((weight) => weight.toPrecision(9)).join(), scaled);
  };
  add(() => 1);
  for (const { type, kinds } of classes) {
    for (const { tpDegree, groupGBytesPerSecond } of kinds) {
      const shapeOf = (startLayer: number) => ({
        instance: type.instance,
        tpDegree,
        startLayer,
        layers: 1,
        groupGBytesPerSecond,
      });
      add((layer) => 1 / problem.costModel.stage(shapeOf(layer), point).tokensPerSecond);
      add((layer) => {
        const { weightsGib, kvCacheGib } = problem.costModel.memory(shapeOf(layer), point);
        return weightsGib + kvCacheGib;
      });
    }
  }
  return [...measures.values()];
}

/** The heaviest segment that the given sizes allow, by the number of layers before it. */
export function heaviestSegment(
  measure: Measure,
  sizesAt: (before: number) => readonly number[],
): number {
  let heaviest = 0;
  for (let before = 0; before + 1 < measure.length; before++) {
    const most = sizesAt(before).at(-1);
    if (most !== undefined) {
      heaviest = Math.max(heaviest, measure[before + most]! - measure[before]!);
    }
  }
  return heaviest;
}
