/** The latency rows of the cover relaxation: never more than the stages of a size add wherever they start. */
import { expect, it } from "vitest";
import { Builder } from "../../../src/milp/builder.ts";
import { CoverLatency } from "../../../src/solver/formulations/cover-latency.ts";
import type { StartTable } from "../../../src/solver/stages/start-table.ts";
import { startsAtRate } from "../../../src/solver/stages/starts-at-rate.ts";

/** Stages of these sizes behind the first, second or third of six layers. */
function startsOf(sizes: readonly number[], ttftSeconds: (before: number, size: number) => number) {
  const rates = sizes.map(() => 1);
  return startsAtRate(
    {
      lists: [0, 1, 2, 3].map((before) => ({ before, sizes, rates })),
      listOf: [0, 1, 2, 3, 3, 3],
      toEnd: new Float64Array(6),
      latencies: { ttftSeconds, tpotSeconds: () => 0 },
    } as unknown as StartTable,
    1,
  );
}

/** The row on TTFT by the columns' names, in seconds. */
function ttftRow(sizes: readonly number[], ttftSeconds: (before: number, size: number) => number) {
  const build = new Builder();
  const rows = new CoverLatency(build, 6, {
    ttftSeconds: 10,
    tpotSeconds: null,
    stageTpotSeconds: null,
  });
  rows.addStages("a", "middle", startsOf(sizes, ttftSeconds), 4);
  rows.finish();
  const row = build.rows.find(({ name }) => name === "ttft")!;
  const seconds = 10 / row.upper;
  return row.terms.map(
    ({ column, coefficient }) =>
      `${build.columns[column]!.name} ${(coefficient * seconds).toFixed(3)}`,
  );
}

it("one size counts as its fastest start", () => {
  expect(ttftRow([1], (before) => [0, 5, 3, 4][before]!)).toEqual(["x.a.n1 3.000"]);
  expect(ttftRow([1, 3], (before, size) => size * [0, 2, 1, 1.5][before]!)).toEqual([
    "x.a.n1 1.000",
    // Three layers behind the third end the model: no stage in the middle does.
    "x.a.n3 3.000",
  ]);
});

it("sizes without a gap count by layers and stages", () => {
  // Two seconds a layer and one a stage at the fastest start.
  const terms = ttftRow([1, 2, 3], (before, size) => 2 * size + 1 + (before === 1 ? 0 : 4));
  expect(terms).toEqual(["z.a 2.000", "x.a 1.000"]);
});
