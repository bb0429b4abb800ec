/** Prices to the micro-dollar make coefficients of 10⁸, beside which a solver's tolerances are no longer small. */
import { afterAll, expect, it } from "vitest";
import { createInlineHighs } from "../../src/milp/highs-inline.ts";
import type { MilpModel } from "../../src/milp/model.ts";

const backend = createInlineHighs();
afterAll(() => backend.dispose());

/** Stages of three types at the first, a middle or the last place of four, and instances: most, price. */
const STAGES = [
  { type: "C", place: "first", most: 1, gpus: 1, latency: 2150.8379877513967 },
  { type: "C", place: "middle", most: 2, gpus: 1, latency: 1452.5139657541902 },
  { type: "C", place: "last", most: 1, gpus: 1, latency: 2150.8379877513967 },
  { type: "a", place: "middle", most: 2, gpus: 1, latency: 2849.1620097486034 },
  { type: "a", place: "first", most: 1, gpus: 2, latency: 4245.810053743017 },
  { type: "a", place: "middle", most: 2, gpus: 2, latency: 2849.1620097486034 },
  { type: "a", place: "last", most: 1, gpus: 2, latency: 4245.810053743017 },
  { type: "z", place: "first", most: 1, gpus: 1, latency: 2150.8379877513967 },
  { type: "z", place: "middle", most: 1, gpus: 1, latency: 1452.5139657541902 },
  { type: "z", place: "last", most: 1, gpus: 1, latency: 2150.8379877513967 },
] as const;
const INSTANCES = [
  { type: "C", most: 2, gpus: 1, price: 278_914_561 },
  { type: "a", most: 3, gpus: 3, price: 18_857_416 },
  { type: "z", most: 1, gpus: 1, price: 218_099_316 },
] as const;

/** The model, with instances of `type` counted by columns behind those of the stages. */
function model(): MilpModel {
  const y = INSTANCES.map((_, i) => STAGES.length + i);
  const stages = (
    keep: (stage: (typeof STAGES)[number]) => boolean,
    of: (stage: (typeof STAGES)[number]) => number,
  ) => STAGES.flatMap((stage, column) => (keep(stage) ? [{ column, coefficient: of(stage) }] : []));
  const none = Number.NEGATIVE_INFINITY;
  return {
    columns: [
      ...STAGES.map(({ most }, i) => ({
        name: `x${i}`,
        cost: 0,
        lower: 0,
        upper: most,
        integer: true,
      })),
      ...INSTANCES.map(({ type, most, price }) => ({
        name: `y.${type}`,
        cost: price,
        lower: 0,
        upper: most,
        integer: true,
      })),
    ],
    rows: [
      ...INSTANCES.map(({ type, gpus }, i) => ({
        name: `gpus.${type}`,
        lower: none,
        upper: 0,
        terms: [
          ...stages(
            (stage) => stage.type === type,
            (stage) => stage.gpus,
          ),
          { column: y[i]!, coefficient: -gpus },
        ],
      })),
      {
        name: "pairs.a",
        lower: none,
        upper: 0,
        terms: [
          ...stages(
            ({ type, gpus }) => type === "a" && gpus === 2,
            () => 2,
          ),
          { column: y[1]!, coefficient: -2 },
        ],
      },
      {
        name: "stages",
        lower: 4,
        upper: 4,
        terms: stages(
          () => true,
          () => 1,
        ),
      },
      {
        name: "proven",
        lower: 236_956_732,
        upper: Number.POSITIVE_INFINITY,
        terms: INSTANCES.map(({ price }, i) => ({ column: y[i]!, coefficient: price })),
      },
      ...(["first", "last"] as const).map((place) => ({
        name: place,
        lower: 1,
        upper: 1,
        terms: stages(
          (stage) => stage.place === place,
          () => 1,
        ),
      })),
      {
        name: "latency",
        lower: none,
        upper: 10_000.001,
        terms: stages(
          () => true,
          ({ latency }) => latency,
        ),
      },
    ],
  };
}

it("a bound that is lower by a hundred-millionth of an instance is not what ends a solve", async () => {
  const outcome = await backend.solve(model(), { absoluteGap: 0.5 });
  expect(outcome).toMatchObject({ status: "optimal", objective: 515_871_293, bound: 515_871_293 });
});
