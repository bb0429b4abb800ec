import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packing } from "../../../src/solver/instances/packing.ts";

/** Whether groups of the given sizes pack into `bins` instances, by trying everything. */
function packs(
  sizes: readonly number[],
  bins: number,
  capacity: number,
  maxGroups: number,
): boolean {
  const free = new Array<number>(bins).fill(capacity);
  const held = new Array<number>(bins).fill(0);
  const sorted = [...sizes].sort((a, b) => b - a);
  const place = (next: number): boolean => {
    const size = sorted[next];
    if (size === undefined) return true;
    for (let i = 0; i < bins; i++) {
      if (free[i]! < size || held[i]! >= maxGroups) continue;
      free[i]! -= size;
      held[i]!++;
      if (place(next + 1)) return true;
      free[i]! += size;
      held[i]!--;
    }
    return false;
  };
  return place(0);
}

/** Whether the rows of a packing admit `counts` groups of each degree in `bins` instances. */
function admits(
  fit: ReturnType<typeof packing>,
  degrees: readonly number[],
  counts: readonly number[],
  bins: number,
): boolean {
  if (fit.kind === "levels") {
    return fit.levels.every(({ fromOption, usableGpus }) => {
      let gpus = 0;
      for (let i = fromOption; i < degrees.length; i++) gpus += degrees[i]! * counts[i]!;
      return gpus <= usableGpus * bins;
    });
  }
  const choose = (left: readonly number[], bin: number): boolean =>
    left.every((n) => n <= 0) ||
    (bin < bins &&
      fit.patterns.some((p) =>
        choose(
          left.map((n, i) => n - p[i]!),
          bin + 1,
        ),
      ));
  return choose(counts, 0);
}

const degreeLists = [
  [1],
  [1, 2],
  [1, 2, 4],
  [1, 2, 4, 8],
  [2, 4],
  [3],
  [1, 3],
  [2, 3],
  [2, 6],
  [1, 2, 3],
];

describe("packing TP groups into instances", () => {
  it("admits exactly what packs, for divisor chains and others, with and without a limit on stages", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...degreeLists),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 9 }),
        fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 4, maxLength: 4 }),
        fc.boolean(),
        (all, gpuCount, bins, maxStages, rawCounts, everyPattern) => {
          const degrees = all.filter((t) => t <= gpuCount);
          fc.pre(degrees.length > 0);
          const counts = degrees.map((_, i) => rawCounts[i]!);
          const sizes = degrees.flatMap((t, i) => new Array<number>(counts[i]!).fill(t));
          const fit = packing(gpuCount, degrees, maxStages, everyPattern);
          expect(admits(fit, degrees, counts, bins)).toBe(packs(sizes, bins, gpuCount, maxStages));
        },
      ),
      { numRuns: 2000, seed: 1 },
    );
  });

  it("needs one row where the largest degree divides the GPUs, and one per loss where it does not", () => {
    expect(packing(8, [1, 2, 4, 8], 99)).toEqual({
      kind: "levels",
      levels: [{ fromOption: 0, usableGpus: 8 }],
    });
    expect(packing(6, [1, 2, 4], 99)).toEqual({
      kind: "levels",
      levels: [
        { fromOption: 0, usableGpus: 6 },
        { fromOption: 2, usableGpus: 4 },
      ],
    });
  });

  it("lists maximal patterns where degrees do not divide one another", () => {
    expect(packing(6, [2, 3], 99)).toEqual({
      kind: "patterns",
      patterns: [
        [0, 2],
        [1, 1],
        [3, 0],
      ],
    });
  });
});
