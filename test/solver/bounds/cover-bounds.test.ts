/** Bounds on covers of the layers, beside all covers there are. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addInstanceTo } from "../../../src/solver/bounds/cover-row.ts";
import type { Demand } from "../../../src/solver/bounds/demand.ts";
import { coverBound, coverFloors } from "../../../src/solver/bounds/knapsack-bound.ts";
import type {
  CandidatesAtRate,
  OptionAtRate,
} from "../../../src/solver/stages/candidates-at-rate.ts";

/** A class of instances: stages of so many layers on one GPU each, as many as it has GPUs. */
interface Drawn {
  readonly gpus: number;
  readonly layers: number;
  readonly copies: number;
  readonly cost: number;
  readonly solo: boolean;
}

interface Question {
  readonly classes: readonly Drawn[];
  readonly stages: number;
  readonly total: number;
  readonly mostInstances: number;
}

const arbitraryQuestion: fc.Arbitrary<Question> = fc.record({
  classes: fc.array(
    fc.record({
      gpus: fc.integer({ min: 1, max: 3 }),
      layers: fc.integer({ min: 1, max: 4 }),
      copies: fc.integer({ min: 1, max: 3 }),
      cost: fc.integer({ min: 0, max: 9 }),
      solo: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  stages: fc.integer({ min: 1, max: 5 }),
  total: fc.integer({ min: 1, max: 12 }),
  mostInstances: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constant(Number.POSITIVE_INFINITY)),
});

const candidatesOf = (classes: readonly Drawn[]): CandidatesAtRate[] =>
  classes.map(
    ({ gpus, layers, copies, solo }, position) =>
      ({
        instanceClass: {
          position,
          type: { instance: { gpuCount: gpus } },
          instances: Array.from({ length: copies }, (_, i) => i),
        },
        options: [{ groupGpus: 1, largest: layers } as unknown as OptionAtRate],
        patterns: null,
        solo,
        neighbours: true,
        maxStagesPerInstance: gpus,
      }) as unknown as CandidatesAtRate,
  );

const demandOf = (total: number): Demand => ({
  total,
  holds: ({ largest }) => ({ any: largest, leaving: largest }),
});

/** The cost of every cover by so many stages, with the classes that it uses. */
function covers({ classes, stages, total, mostInstances }: Question): {
  readonly cost: number;
  readonly used: ReadonlySet<number>;
}[] {
  const found: { cost: number; used: ReadonlySet<number> }[] = [];
  const extend = (first: number, chosen: readonly (readonly [number, number])[]): void => {
    const held = chosen.reduce((sum, [, k]) => sum + k, 0);
    if (held > stages || chosen.length > mostInstances) return;
    const layers = chosen.reduce((sum, [i, k]) => sum + k * classes[i]!.layers, 0);
    const isAlone = chosen.length === 1 || chosen.every(([i]) => !classes[i]!.solo);
    if (held === stages && layers >= total && isAlone) {
      const cost = chosen.reduce((sum, [i]) => sum + classes[i]!.cost, 0);
      found.push({ cost, used: new Set(chosen.map(([i]) => i)) });
    }
    for (let i = first; i < classes.length; i++) {
      const { copies, gpus } = classes[i]!;
      if (chosen.filter(([other]) => other === i).length === copies) continue;
      for (let k = 1; k <= gpus; k++) extend(i, [...chosen, [i, k]]);
    }
  };
  extend(0, []);
  return found;
}

describe("what a cover costs at least", () => {
  it("is what the cheapest cover costs, for every number of stages", () => {
    fc.assert(
      fc.property(arbitraryQuestion, ({ classes, stages, total, mostInstances }) => {
        const bound = coverBound(
          candidatesOf(classes),
          stages,
          demandOf(total),
          (position) => classes[position]!.cost,
          mostInstances,
        );
        for (let s = 1; s <= stages; s++) {
          const all = covers({ classes, stages: s, total, mostInstances });
          expect(bound[s]).toBe(Math.min(...all.map(({ cost }) => cost)));
        }
      }),
      { numRuns: 500 },
    );
  });

  it("is, with an instance of a class, what the cheapest with one costs, or with one more than there are", () => {
    fc.assert(
      fc.property(arbitraryQuestion, (question) => {
        const { classes, stages, total, mostInstances } = question;
        const floors = coverFloors(
          candidatesOf(classes),
          stages,
          demandOf(total),
          classes.map(({ cost }) => cost),
          mostInstances,
        );
        for (const [i, floor] of floors.entries()) {
          const costOf = (asked: Question): number =>
            Math.min(...covers(asked).flatMap(({ cost, used }) => (used.has(i) ? [cost] : [])));
          const more = classes.map((one, j) =>
            j === i ? { ...one, copies: one.copies + 1 } : one,
          );
          expect(floor).toBeLessThanOrEqual(costOf(question));
          expect(floor).toBe(costOf({ ...question, classes: more }));
        }
      }),
      { numRuns: 500 },
    );
  });
});

it("a row with an instance more is the cheaper of the two, step by step", () => {
  const arbitraryRow = fc
    .array(fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constant(Number.POSITIVE_INFINITY)), {
      minLength: 6,
      maxLength: 6,
    })
    .map((row) => [...row].sort((a, b) => (a === b ? 0 : a - b)));
  fc.assert(
    fc.property(
      arbitraryRow,
      arbitraryRow,
      fc.integer({ min: 0, max: 7 }),
      fc.integer({ min: 0, max: 5 }),
      (from, to, holds, cost) => {
        const cells = Float64Array.from([...from, ...to]);
        const isChanged = addInstanceTo(cells, 0, from.length, from.length, holds, cost);
        const wanted = to.map((own, l) => Math.min(own, cost + from[Math.max(0, l - holds)]!));
        expect([...cells.subarray(from.length)]).toEqual(wanted);
        expect(isChanged).toBe(wanted.some((value, l) => value !== to[l]));
      },
    ),
    { numRuns: 500 },
  );
});
