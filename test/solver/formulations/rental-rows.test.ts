/** Rules on what is rented, as rows: what a MILP may rent at most within them. */
import { afterAll, describe, expect, it } from "vitest";
import { Builder } from "../../../src/milp/builder.ts";
import { createInlineHighs } from "../../../src/milp/highs-inline.ts";
import {
  addLimitRows,
  RentalRows,
  type RentalRules,
} from "../../../src/solver/formulations/rental-rows.ts";

const backend = createInlineHighs();
afterAll(() => backend.dispose());

const NO_RULES: RentalRules = {
  noIdleGpus: false,
  maxInstances: null,
  maxInstanceTypes: null,
  maxStagesByType: new Map(),
};

/**
 * Three types of five instances, "a" owned and rented, with a stage of two GPUs on each instance.
 * @returns the most instances in all, those of each class being worth so much
 */
async function mostOf(
  rules: Partial<RentalRules>,
  worth = { own: 1, a: 1, b: 1, c: 1 },
): Promise<number> {
  const build = new Builder();
  const rows = new RentalRows(build, { ...NO_RULES, ...rules });
  for (const [name, value] of Object.entries(worth)) {
    const stage = build.column(`x.${name}`, 0, 5);
    const instance = build.column(`y.${name}`, -value, 5);
    build.row(`${name}.one`, 0, 0, [
      { column: stage, coefficient: 1 },
      { column: instance, coefficient: -1 },
    ]);
    rows.add(name === "own" ? "a" : name, {
      prefix: name,
      most: 5,
      stages: [stage],
      instances: [instance],
      gpus: [{ column: stage, coefficient: 2 }],
    });
  }
  rows.finish();
  const outcome = await backend.solve(build.model());
  if (outcome.status !== "optimal") throw new Error(outcome.status);
  return -outcome.objective;
}

describe("rules on what is rented", () => {
  it("forbid nothing where none is stated", async () => {
    expect(await mostOf({})).toBe(20);
  });

  it("allow so many instances of all types", async () => {
    expect(await mostOf({ maxInstances: 7 })).toBe(7);
  });

  it("allow so many types, the owned ones of a type and the rented ones being one", async () => {
    expect(await mostOf({ maxInstanceTypes: 1 })).toBe(10);
    expect(await mostOf({ maxInstanceTypes: 2 })).toBe(15);
    expect(await mostOf({ maxInstanceTypes: 3 })).toBe(20);
  });

  it("allow so many stages on a type", async () => {
    expect(await mostOf({ maxStagesByType: new Map([["a", 3]]) })).toBe(13);
    expect(await mostOf({ maxStagesByType: new Map([["b", 0]]) })).toBe(15);
  });

  it("allow so many GPUs in use", async () => {
    expect(await mostOf({ mostGpusInUse: 9 })).toBe(4);
  });

  it("allow one instance that is not of the type of the others", async () => {
    expect(await mostOf({ restType: "a" })).toBe(11);
    expect(await mostOf({ restType: "b" })).toBe(6);
  });
});

it("limits count links beside instances, less what the terms count too many", async () => {
  const build = new Builder();
  const instance = build.column("y", -1, 100);
  const runs = build.column("runs", -1, 100);
  // 3 · instances + 2 · (runs − 1) ≤ 20, and 2 runs for sure.
  build.row("runs", 2, 2, [{ column: runs, coefficient: 1 }]);
  const limit = { name: "limit", perInstance: () => 3, perLink: 2, most: 20 };
  addLimitRows(
    build,
    [limit],
    [{ column: instance, position: 0 }],
    [{ column: runs, coefficient: 1 }],
    1,
  );
  const outcome = await backend.solve(build.model());
  expect(outcome).toMatchObject({ status: "optimal", objective: -(6 + 2) });
});
