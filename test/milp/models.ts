import { setFlagsFromString } from "node:v8";
import { vi } from "vitest";
import type { MilpColumn, MilpModel, MilpRow } from "../../src/milp/model.ts";

// Short solves of a fresh module are several times faster with WASM compiled once only.
setFlagsFromString("--liftoff-only");

// A busy machine is no reason to fail: nothing here is about time.
vi.setConfig({ testTimeout: 120_000 });

/** A generator of numbers in [0, 1) that repeats for equal seeds. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    // The multiplier and increment of a well-known linear congruential generator modulo 2^32.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export function integerOf(random: () => number, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1));
}

/** An integer column from 0 to `upper` unless told otherwise. */
export function column(
  name: string,
  cost: number,
  upper: number,
  more: Partial<MilpColumn> = {},
): MilpColumn {
  return { name, cost, lower: 0, upper, integer: true, ...more };
}

/** A row from dense coefficients; zeros are left out. */
export function row(
  name: string,
  lower: number,
  coefficients: readonly number[],
  upper: number,
): MilpRow {
  const terms = coefficients.flatMap((coefficient, index) =>
    coefficient === 0 ? [] : [{ column: index, coefficient }],
  );
  return { name, lower, upper, terms };
}

/** min −7x −10y with 3x + 5y ≤ 17.5, x and y whole in 0..3: x = 3, y = 1 gives −31 with 14; y = 2, x = 2 gives −34 with 16. */
export const KNAPSACK: MilpModel = {
  columns: [column("x", -7, 3), column("y", -10, 3)],
  rows: [row("weight", -Infinity, [3, 5], 17.5)],
};
export const KNAPSACK_OPTIMUM = -34;

/** Infeasible, but only because whole numbers cannot meet it: 2x + 2y = 3. Bounds alone do not show it. */
export const PARITY: MilpModel = {
  columns: [column("x", 1, 5), column("y", 1, 5)],
  rows: [row("odd", 3, [2, 2], 3)],
};

/** The least objective by trying every choice; every column must be an integer with finite bounds. null: infeasible. */
export function bruteForce(model: MilpModel): number | null {
  const values = model.columns.map(() => 0);
  let best: number | null = null;
  const choose = (index: number, cost: number): void => {
    const next = model.columns[index];
    if (next === undefined) {
      const holds = model.rows.every(({ lower, upper, terms }) => {
        const sum = terms.reduce(
          (total, term) => total + term.coefficient * values[term.column]!,
          0,
        );
        return sum >= lower - 1e-7 && sum <= upper + 1e-7;
      });
      if (holds && (best === null || cost < best)) best = cost;
      return;
    }
    for (let value = next.lower; value <= next.upper; value++) {
      values[index] = value;
      choose(index + 1, cost + next.cost * value);
    }
  };
  choose(0, 0);
  return best;
}

/** Small models of four kinds with at most 7 integer columns; about a third of them are infeasible. */
export function randomModel(random: () => number): MilpModel {
  const kind = integerOf(random, 0, 3);
  if (kind === 0) return randomPartition(random);
  if (kind === 1) return randomKnapsack(random);
  return randomRanges(random);
}

/** Cover each item exactly once by sets, at least cost. */
function randomPartition(random: () => number): MilpModel {
  const setCount = integerOf(random, 3, 7);
  const itemCount = integerOf(random, 2, 4);
  const columns = Array.from({ length: setCount }, (_, index) =>
    column(`set${index}`, integerOf(random, 1, 9), 1),
  );
  const rows = Array.from({ length: itemCount }, (_, item) =>
    row(
      `item${item}`,
      1,
      columns.map(() => (random() < 0.5 ? 1 : 0)),
      1,
    ),
  );
  return { columns, rows };
}

/** General integers, two weights, a floor. */
function randomKnapsack(random: () => number): MilpModel {
  const columns = Array.from({ length: integerOf(random, 2, 6) }, (_, index) =>
    column(`x${index}`, -Math.round(random() * 900 + 100) / 100, integerOf(random, 1, 3)),
  );
  const weights = () => columns.map(() => integerOf(random, 1, 9));
  return {
    columns,
    rows: [
      row("weight", -Infinity, weights(), integerOf(random, 3, 30)),
      row("size", -Infinity, weights(), integerOf(random, 3, 30) + 0.5),
      row(
        "floor",
        integerOf(random, 0, 4),
        columns.map(() => 1),
        Infinity,
      ),
    ],
  };
}

/** Rows with one, two or equal bounds, negative lower bounds, fixed columns, fractional and negative numbers. */
function randomRanges(random: () => number): MilpModel {
  const columns = Array.from({ length: integerOf(random, 1, 6) }, (_, index) => {
    const lower = integerOf(random, -2, 1);
    const cost =
      random() < 0.3 ? integerOf(random, -5, 5) : Math.round(random() * 2000 - 1000) / 100;
    return column(`x${index}`, cost, lower + integerOf(random, 0, 3), { lower });
  });
  const rows = Array.from({ length: integerOf(random, 0, 4) }, (_, index) => {
    const coefficients = columns.map(() => {
      if (random() < 0.4) return 0;
      return random() < 0.5 ? integerOf(random, -4, 4) : Math.round(random() * 800 - 400) / 100;
    });
    const low = integerOf(random, -8, 5);
    const high = low + integerOf(random, 0, 6);
    const kind = integerOf(random, 0, 2);
    return row(
      `range${index}`,
      kind === 0 ? -Infinity : low,
      coefficients,
      kind === 1 ? Infinity : high,
    );
  });
  return { columns, rows };
}

/** A knapsack of several weights that takes a plain branch and bound minutes; to take nothing is a solution. */
export function largeKnapsack(itemCount: number, weightCount: number, seed: number): MilpModel {
  const random = randomOf(seed);
  const columns = Array.from({ length: itemCount }, (_, index) =>
    column(`x${index}`, -integerOf(random, 100, 999), 3),
  );
  const rows = Array.from({ length: weightCount }, (_, index) => {
    const weights = columns.map(() => integerOf(random, 100, 999));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return row(`weight${index}`, -Infinity, weights, Math.floor(total * 0.7));
  });
  return { columns, rows };
}

/**
 * Split numbers so that several sums come out even, at the least deviation: a family that branch and bound gets nowhere
 * with in seconds, while solutions are found at once. Continuous deviations make it a mixed model.
 */
export function marketSplit(rowCount: number, itemCount: number, seed: number): MilpModel {
  const random = randomOf(seed);
  const items = Array.from({ length: itemCount }, (_, index) => column(`item${index}`, 0, 1));
  const deviations = Array.from({ length: rowCount }, (_, index) => [
    column(`over${index}`, 1, Infinity, { integer: false }),
    column(`under${index}`, 1, Infinity, { integer: false }),
  ]).flat();
  const rows = Array.from({ length: rowCount }, (_, index) => {
    const demands = items.map(() => integerOf(random, 1, 99));
    const half = Math.floor(demands.reduce((sum, demand) => sum + demand, 0) / 2);
    const parts = deviations.map((_, position) => {
      if (position === 2 * index) return -1;
      return position === 2 * index + 1 ? 1 : 0;
    });
    return row(`market${index}`, half, [...demands, ...parts], half);
  });
  return { columns: [...items, ...deviations], rows };
}
