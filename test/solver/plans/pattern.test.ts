/** What an instance may carry: nothing that fits is missing but for what another pattern can do as well. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { carriesAll } from "../../../src/solver/plans/carries.ts";
import { type PatternSetting, patternsOf } from "../../../src/solver/plans/pattern.ts";
import type {
  CandidatesAtRate,
  OptionAtRate,
} from "../../../src/solver/stages/candidates-at-rate.ts";
import { alikeTable } from "../../../src/solver/stages/start-table.ts";
import { startsAtRate } from "../../../src/solver/stages/starts-at-rate.ts";

const LAYERS = 8;

function optionOf(groupGpus: number, sizes: readonly number[], leaving = sizes): OptionAtRate {
  const startsOf = (list: readonly number[]) =>
    startsAtRate(alikeTable({ sizes: list, rates: list.map(() => 1) }, LAYERS, null), 1);
  return {
    groupGpus,
    kinds: [0],
    sizes,
    smallest: sizes[0]!,
    largest: sizes.at(-1)!,
    contiguous: true,
    starts: startsOf(leaving),
    stays: leaving === sizes ? null : startsOf(sizes),
  };
}

function candidate(
  gpuCount: number,
  options: readonly OptionAtRate[],
  more: Partial<CandidatesAtRate> = {},
): CandidatesAtRate {
  return {
    instanceClass: { type: { instance: { gpuCount } } },
    options,
    patterns: null,
    solo: false,
    neighbours: true,
    maxStagesPerInstance: 8,
    ...more,
  } as unknown as CandidatesAtRate;
}

const SETTING: PatternSetting = {
  stages: 8,
  demands: [
    {
      total: LAYERS,
      holds: ({ largest, starts }) => ({
        any: largest,
        leaving: starts.sizes[0]!.at(-1) ?? 0,
      }),
    },
  ],
  stagesPerInstance: null,
  noIdleGpus: false,
  countsGpus: false,
  isLatencyLimited: false,
};

const listed = (atRate: CandidatesAtRate, more: Partial<PatternSetting> = {}): string[] =>
  patternsOf(atRate, { ...SETTING, ...more })!
    .map(({ counts, holds }) => `${counts} hold ${holds}`)
    .sort();

/** One layer on one GPU, two on two, four on four. */
const GROWING = [optionOf(1, [1]), optionOf(2, [1, 2]), optionOf(4, [1, 2, 3, 4])];

describe("the patterns of an instance", () => {
  it("are the best for each number of stages, where more GPUs carry more", () => {
    expect(listed(candidate(4, GROWING))).toEqual([
      "0,0,1 hold 4",
      "0,2,0 hold 4",
      "2,1,0 hold 4",
      "4,0,0 hold 4",
    ]);
  });

  it("are all that fit where GPUs in use are counted, or latencies are limited", () => {
    const all = ["0,0,1 hold 4", "0,1,0 hold 2", "0,2,0 hold 4", "1,0,0 hold 1", "1,1,0 hold 3"];
    const more = ["2,0,0 hold 2", "2,1,0 hold 4", "3,0,0 hold 3", "4,0,0 hold 4"];
    expect(listed(candidate(4, GROWING), { countsGpus: true })).toEqual([...all, ...more]);
    expect(listed(candidate(4, GROWING), { isLatencyLimited: true })).toEqual([...all, ...more]);
  });

  it("keep the rules on an instance", () => {
    const all = { countsGpus: true };
    expect(listed(candidate(3, GROWING), { ...all, noIdleGpus: true })).toEqual([
      "1,1,0 hold 3",
      "3,0,0 hold 3",
    ]);
    expect(listed(candidate(4, GROWING), { ...all, stagesPerInstance: 3 })).toEqual([
      "2,1,0 hold 4",
      "3,0,0 hold 3",
    ]);
    expect(listed(candidate(4, GROWING, { solo: true }), { ...all, stages: 2 })).toEqual([
      "0,2,0 hold 4",
      "1,1,0 hold 3",
      "2,0,0 hold 2",
    ]);
    expect(listed(candidate(4, GROWING, { maxStagesPerInstance: 1 }), all)).toEqual([
      "0,0,1 hold 4",
      "0,1,0 hold 2",
      "1,0,0 hold 1",
    ]);
  });

  it("hold less where a stage has to leave, the one that loses least by it", () => {
    const options = [optionOf(1, [1, 2], [1]), optionOf(2, [1, 2, 3, 4], [1])];
    expect(listed(candidate(3, options), { countsGpus: true })).toEqual([
      "0,1 hold 1",
      "1,0 hold 1",
      "1,1 hold 5",
      "2,0 hold 3",
      "3,0 hold 5",
    ]);
  });

  it("are parts of the listed ones where GPUs are not alike", () => {
    const patterns = [
      { counts: [2, 0], partition: 0 },
      { counts: [0, 1], partition: 1 },
    ];
    const atRate = candidate(4, [optionOf(1, [1]), optionOf(2, [3])], { patterns });
    const found = patternsOf(atRate, SETTING)!;
    expect(found.map(({ counts, partition }) => `${counts} of ${partition}`).sort()).toEqual([
      "0,1 of 1",
      "1,0 of 0",
      "2,0 of 0",
    ]);
  });

  it("are not listed where they are too many", () => {
    const options = Array.from({ length: 8 }, (_, i) => optionOf(1, [i + 1]));
    expect(patternsOf(candidate(8, options), SETTING)).toBeNull();
  });

  it("leave out nothing that another one does not do as well, stage by stage", () => {
    const arbitraryOption = fc
      .tuple(
        fc.constantFrom(1, 2, 4),
        fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
      )
      .map(([gpus, sizes]) =>
        optionOf(
          gpus,
          [...sizes].sort((a, b) => a - b),
        ),
      );
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.array(arbitraryOption, { minLength: 1, maxLength: 3 }),
        (gpuCount, options) => {
          const atRate = candidate(gpuCount, options);
          const kept = patternsOf(atRate, SETTING)!;
          const stagesOf = (counts: readonly number[]): number[] =>
            counts.flatMap((count, i) => new Array<number>(count).fill(i));
          /** Whether stages can be handed out so that each gets one that carries all that it can. */
          const isCovered = (worse: readonly number[], better: readonly number[]): boolean => {
            const [first, ...rest] = worse;
            if (first === undefined) return better.length === 0;
            return better.some(
              (slot, i) =>
                carriesAll(options[slot]!, options[first]!) &&
                isCovered(rest, [...better.slice(0, i), ...better.slice(i + 1)]),
            );
          };
          for (const { counts } of patternsOf(atRate, { ...SETTING, countsGpus: true })!) {
            const has = kept.some((other) => isCovered(stagesOf(counts), stagesOf(other.counts)));
            expect(has).toBe(true);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("one option carries all that another one can", () => {
  it("where it has all of its sizes, wherever a stage starts", () => {
    expect(carriesAll(optionOf(2, [1, 2, 3]), optionOf(1, [1, 3]))).toBe(true);
    expect(carriesAll(optionOf(2, [1, 3]), optionOf(1, [1, 2]))).toBe(false);
    expect(carriesAll(optionOf(2, [1]), optionOf(1, [1, 2]))).toBe(false);
  });

  it("to the end of the model as well, and where the next stage is on the same instance", () => {
    const short = optionOf(1, [1, 2]);
    const whole = { ...short, starts: optionOf(1, [1, 2, LAYERS]).starts };
    expect(carriesAll(whole, short)).toBe(true);
    expect(carriesAll(short, whole)).toBe(false);
    expect(carriesAll(optionOf(1, [1, 2], [1]), optionOf(1, [1, 2], [1]))).toBe(true);
    expect(carriesAll(optionOf(1, [1], [1, 2]), optionOf(1, [1, 2], [1]))).toBe(false);
    expect(carriesAll(optionOf(1, [1, 2], [1]), optionOf(1, [1]))).toBe(false);
  });
});
