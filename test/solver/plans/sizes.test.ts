/** Sizes that add up to the layers, beside all that do. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { sizesOfAll } from "../../../src/solver/plans/sizes.ts";
import type { OptionAtRate } from "../../../src/solver/stages/candidates-at-rate.ts";

const LAYERS = 12;

/** An option with some sizes; larger ones are slower. */
function optionOf(sizes: readonly number[], speed: number): OptionAtRate {
  const rates = sizes.map((size) => speed / size);
  const smallest = sizes[0]!;
  const largest = sizes.at(-1)!;
  return {
    sizes,
    smallest,
    largest,
    contiguous: largest - smallest + 1 === sizes.length,
    starts: { table: { lists: [{ sizes, rates }] } },
  } as unknown as OptionAtRate;
}

const arbitraryOption = fc
  .tuple(
    fc.uniqueArray(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 4 }),
    fc.integer({ min: 1, max: 5 }),
  )
  .map(([sizes, speed]) =>
    optionOf(
      [...sizes].sort((a, b) => a - b),
      speed,
    ),
  );

/** Every choice of a size a stage. */
function choices(stages: readonly OptionAtRate[]): (readonly [OptionAtRate, number])[][] {
  return stages.reduce<(readonly [OptionAtRate, number])[][]>(
    (lists, option) =>
      lists.flatMap((list) =>
        option.sizes.map((size): (readonly [OptionAtRate, number])[] => [...list, [option, size]]),
      ),
    [[]],
  );
}

const slowest = (list: readonly (readonly [OptionAtRate, number])[]): number =>
  Math.min(
    ...list.map(([{ sizes, starts }, size]) => starts.table.lists[0]!.rates[sizes.indexOf(size)]!),
  );

it("sizes add up, and no others have a faster slowest stage", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(arbitraryOption, fc.integer({ min: 1, max: 2 })), {
        minLength: 1,
        maxLength: 3,
      }),
      (drawn) => {
        const options = drawn.map(([option]) => option);
        const counts = drawn.map(([, count]) => count);
        const all = choices(options.flatMap((option, i) => new Array(counts[i]).fill(option)));
        const whole = all.filter((list) => list.reduce((sum, [, n]) => sum + n, 0) === LAYERS);
        const found = sizesOfAll(options, counts, LAYERS);
        if (whole.length === 0) {
          expect(found).toBeNull();
          return;
        }
        expect(found!.map((list) => list.length)).toEqual(counts);
        if (options.every(({ contiguous }) => contiguous)) {
          // Layers are handed out later.
          expect(found).toEqual(
            options.map(({ smallest }, i) => new Array(counts[i]).fill(smallest)),
          );
          return;
        }
        const list = found!.flatMap((sizes, i) =>
          sizes.map((size) => [options[i]!, size] as const),
        );
        expect(list.every(([{ sizes }, size]) => sizes.includes(size))).toBe(true);
        expect(list.reduce((sum, [, size]) => sum + size, 0)).toBe(LAYERS);
        expect(slowest(list)).toBe(Math.max(...whole.map(slowest)));
      },
    ),
    { numRuns: 500 },
  );
});
