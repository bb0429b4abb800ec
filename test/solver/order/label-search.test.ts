/** The label search against trying all ways, and each of its special branches by an example. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Label,
  type LabelQuestion,
  labelFront,
  labelSearch,
  type Move,
  pathTo,
} from "../../../src/solver/order/label-search.ts";

const RUNS = { seed: 20_261_130, numRuns: 300 };

interface Run {
  readonly before: number;
  readonly size: number;
  readonly ttft: number;
  readonly tpot: number;
  readonly largest: number;
}

const moveOf = (id: number, runs: readonly Run[]): Move => ({
  id,
  forEachRun: (before, visit) => {
    for (const run of runs) {
      if (run.before === before) visit(before + run.size, run.ttft, run.tpot, run.largest);
    }
  },
});

/** Moves of which each may be used so many times; figures are whole numbers, so that sums are exact. */
interface Drawn {
  readonly layers: number;
  readonly stages: number;
  readonly start: number;
  readonly moves: readonly { readonly runs: readonly Run[]; readonly copies: number }[];
  readonly ttft: number | null;
  readonly tpot: number | null;
}

const drawn: fc.Arbitrary<Drawn> = fc.integer({ min: 2, max: 7 }).chain((layers) =>
  fc.record({
    layers: fc.constant(layers),
    stages: fc.integer({ min: 0, max: 4 }),
    start: fc.integer({ min: 0, max: 1 }),
    moves: fc.array(
      fc.record({
        copies: fc.integer({ min: 1, max: 3 }),
        runs: fc
          .array(
            fc.record({
              before: fc.nat(layers - 1),
              size: fc.integer({ min: 1, max: 4 }),
              ttft: fc.nat(9),
              tpot: fc.nat(9),
              largest: fc.nat(4),
            }),
            { minLength: 6, maxLength: 24 },
          )
          .map((runs) => runs.filter(({ before, size }) => before + size <= layers)),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    ttft: fc.option(fc.nat(40)),
    tpot: fc.option(fc.nat(40)),
  }),
);

function questionOf({ layers, stages, start, moves, ttft, tpot }: Drawn): LabelQuestion<number[]> {
  const all = moves.map(({ runs }, id) => moveOf(id, runs));
  return {
    layers,
    start,
    stages,
    movesOf: () => all,
    initial: moves.map(() => 0),
    next: (used, move) =>
      used[move]! < moves[move]!.copies ? used.with(move, used[move]! + 1) : null,
    keyOf: (used) => used.join(),
    budget: { ttftSeconds: ttft, tpotSeconds: tpot },
  };
}

type Figures = readonly [ttft: number, tpot: number, largest: number];
interface Way {
  readonly key: string;
  readonly boundary: number;
  readonly figures: Figures;
}

/** Every way of so many stages within the budget, by recursion over the stages. */
function* ways(
  problem: Drawn,
  stage = 0,
  boundary = problem.start,
  used: readonly number[] = problem.moves.map(() => 0),
  figures: Figures = [0, 0, 0],
): Generator<Way> {
  const [ttft, tpot, largest] = figures;
  if (stage > 0 && ttft > (problem.ttft ?? Infinity)) return;
  if (stage > 0 && tpot > (problem.tpot ?? Infinity)) return;
  if (stage === problem.stages) {
    yield { key: used.join(), boundary, figures };
    return;
  }
  for (const [m, { runs, copies }] of problem.moves.entries()) {
    if (used[m]! >= copies) continue;
    for (const run of runs) {
      if (run.before !== boundary) continue;
      const next = [ttft + run.ttft, tpot + run.tpot, Math.max(largest, run.largest)] as const;
      yield* ways(problem, stage + 1, boundary + run.size, used.with(m, used[m]! + 1), next);
    }
  }
}

const figuresOf = ({ ttftSeconds, tpotSeconds, largest }: Label): Figures => [
  ttftSeconds,
  tpotSeconds,
  largest,
];
const isAtLeastAsGood = (a: Figures, b: Figures): boolean =>
  a.every((figure, i) => figure <= b[i]!);

describe("the labels of all states together", () => {
  it("are the Pareto sets of all ways, each with a path that adds up to it", () => {
    let tradeOffs = 0;
    fc.assert(
      fc.property(drawn, (problem) => {
        const fronts = labelSearch(questionOf(problem));
        if (fronts === "too_large") throw new Error("no limit was given");
        const all = [...ways(problem)];
        const found = fronts.flatMap((front) =>
          front.boundaries.flatMap((boundary) => {
            const labels = front.labels(boundary);
            if (labels.length > 1) tradeOffs++;
            return labels.map((label) => ({ boundary, label, key: keyOf(problem, label) }));
          }),
        );
        for (const { boundary, label, key } of found) {
          const like = all.filter((way) => way.key === key && way.boundary === boundary);
          const own = figuresOf(label);
          expect(like.map(({ figures }) => figures.join())).toContain(own.join());
          expect(like.some(({ figures }) => isStrictlyBetter(figures, own))).toBe(false);
          expectPath(problem, label);
        }
        for (const way of all) {
          const like = found.filter(
            ({ boundary, key }) => boundary === way.boundary && key === way.key,
          );
          expect(like.some(({ label }) => isAtLeastAsGood(figuresOf(label), way.figures))).toBe(
            true,
          );
        }
      }),
      RUNS,
    );
    expect(tradeOffs).toBeGreaterThan(50);
  });

  function keyOf({ moves }: Drawn, label: Label): string {
    return moves.map((_, m) => pathTo(label).filter(({ move }) => move === m).length).join();
  }

  function isStrictlyBetter(a: Figures, b: Figures): boolean {
    return isAtLeastAsGood(a, b) && a.join() !== b.join();
  }

  /** The stages follow each other from the start to the boundary, and some runs of theirs have the label's figures. */
  function expectPath({ start, stages, moves }: Drawn, label: Label): void {
    const path = pathTo(label);
    expect(path).toHaveLength(stages);
    let sums: Figures[] = [[0, 0, 0]];
    let boundary = start;
    for (const { move, before, size } of path) {
      expect(before).toBe(boundary);
      boundary += size;
      const runs = moves[move]!.runs.filter((run) => run.before === before && run.size === size);
      sums = sums.flatMap(([a, b, c]) =>
        runs.map((run): Figures => [a + run.ttft, b + run.tpot, Math.max(c, run.largest)]),
      );
    }
    expect(boundary).toBe(label.boundary);
    expect(sums.map(String)).toContain(String(figuresOf(label)));
  }
});

describe("a label search", () => {
  const one = (runs: readonly Run[], stages: number, layers = 6) => ({
    layers,
    start: 0,
    stages,
    movesOf: () => [moveOf(0, runs)],
    budget: null,
  });
  const run = (before: number, size: number, ttft = 0, tpot = 0, largest = 0): Run => ({
    before,
    size,
    ttft,
    tpot,
    largest,
  });

  it("of no stages stays where it starts", () => {
    const front = labelFront(one([run(0, 1)], 0));
    expect(front.boundaries).toEqual([0]);
    expect(pathTo(front.labels(0)[0]!)).toEqual([]);
  });

  it("has no stage behind the last layer", () => {
    expect(labelFront(one([run(0, 6), run(6, 1)], 2)).boundaries).toEqual([]);
  });

  it("keeps the first of equal labels", () => {
    const runs = [run(0, 2), run(0, 1), run(1, 3), run(2, 2)];
    const [label, ...others] = labelFront(one(runs, 2)).labels(4);
    expect(others).toEqual([]);
    expect(pathTo(label!).map(({ size }) => size)).toEqual([2, 2]);
  });

  it("takes labels that differ by the tolerance as equal in sums, not in the largest figure", () => {
    const front = (second: Run) =>
      labelFront({ ...one([run(0, 1, 1, 1, 1), second], 1), tolerance: 1e-6 }).labels(1).length;
    expect(front(run(0, 1, 1 - 1e-7, 1 - 1e-7, 1))).toBe(1);
    expect(front(run(0, 1, 1 - 1e-5, 1, 1))).toBe(1);
    expect(front(run(0, 1, 1 - 1e-5, 2, 1))).toBe(2);
    expect(front(run(0, 1, 1 + 1e-7, 2, 1 - 1e-7))).toBe(2);
  });

  it("drops sums over a limit, and no sum that is at it", () => {
    const runs = [run(0, 1, 3), run(1, 1, 4)];
    const within = (ttftSeconds: number) =>
      labelFront({ ...one(runs, 2), budget: { ttftSeconds, tpotSeconds: null } }).boundaries;
    expect(within(7)).toEqual([2]);
    expect(within(6.99)).toEqual([]);
  });

  it("stops at too many states, or labels", () => {
    const problem: Drawn = {
      layers: 6,
      stages: 3,
      start: 0,
      moves: [0, 1].map(() => ({ copies: 3, runs: [0, 1, 2].map((before) => run(before, 1)) })),
      ttft: null,
      tpot: null,
    };
    const within = (states: number, labels: number) =>
      labelSearch({ ...questionOf(problem), most: { states, labels } });
    expect(within(10, 100)).toHaveLength(4);
    expect(within(9, 100)).toBe("too_large");
    expect(within(10, 4)).toBe("too_large");
  });
});
