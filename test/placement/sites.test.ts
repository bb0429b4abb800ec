/** A pipeline stays at one site, and on one machine where machines may be anywhere. */
import { describe, expect, it } from "vitest";
import type { InstanceType } from "../../src/hardware/instance.ts";
import { createPool, type PoolEntry } from "../../src/hardware/pool.ts";
import type { PlacementStage } from "../../src/placement/placement.ts";
import type { Problem } from "../../src/placement/problem.ts";
import { broken, success } from "../support/answers.ts";
import { placement, stage, TOY_POOL, toyProblem } from "../support/toy.ts";

const [QUAD, DUO] = TOY_POOL;

function changed(entry: PoolEntry, changes: Partial<InstanceType>): PoolEntry {
  return { ...entry, instance: { ...entry.instance, ...changes } };
}

function poolOf(...entries: readonly PoolEntry[]): Problem {
  return toyProblem({ pool: createPool(entries) });
}

const split = (first: string, second: string): PlacementStage[] => [
  stage(first, 1, 1, 6),
  stage(second, 1, 7, 12),
];

describe("machines that may be anywhere", () => {
  const problem = poolOf(changed(QUAD, { isScattered: true }), DUO);

  it("are not linked to one another", () => {
    const { violations } = broken(problem, placement(split("quad#0", "quad#1")));
    expect(violations).toMatchObject([{ rule: "several_sites", instances: 2 }]);
    expect(violations[0]!.message).toContain("those of quad may be anywhere");
  });

  it("are not linked to machines that stand together", () => {
    for (const stages of [split("quad#0", "duo#0"), split("duo#0", "quad#0")]) {
      const { violations } = broken(problem, placement(stages));
      expect(violations).toMatchObject([{ rule: "several_sites", instances: 2 }]);
    }
  });

  it("carry a pipeline of several stages on one of them", () => {
    const { metrics } = success(problem, placement(split("quad#0", "quad#0")));
    expect(metrics.num_instances).toBe(1);
  });

  it("leave the others linked", () => {
    expect(success(problem, placement(split("duo#0", "duo#1"))).metrics.num_instances).toBe(2);
  });
});

describe("machines at two sites", () => {
  const problem = poolOf(
    changed(QUAD, { site: "cloud/east" }),
    changed(DUO, { site: "cloud/west" }),
  );

  it("are not linked to one another", () => {
    const { violations } = broken(problem, placement(split("quad#0", "duo#0")));
    expect(violations).toMatchObject([
      { rule: "several_sites", sites: ["cloud/east", "cloud/west"] },
    ]);
  });

  it("are linked at their own", () => {
    expect(success(problem, placement(split("quad#0", "quad#1"))).metrics.num_instances).toBe(2);
  });
});
