import { readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { comparePlans } from "../../src/compare/compare.ts";
import { PLAIN } from "../../src/report/colours.ts";
import { visibleWidth } from "../../src/report/layout.ts";
import { renderComparison } from "../../src/report/terminal-compare.ts";
import { planOf } from "../compare/plans.ts";
import { placement, stage, toyProblem } from "../support/toy.ts";
import { cli, PLACEMENT, scratchDirectory, TINY, WORKLOAD, writeFiles } from "./harness.ts";

const root = scratchDirectory();
const problem = join(root, "problem");
const file = (name: string): string => join(root, name);

beforeAll(async () => {
  writeFiles(problem, TINY);
  writeFiles(root, { "placement.json": JSON.stringify(PLACEMENT) });
  const manual = ["--config-dir", problem, "--placement", file("placement.json")];
  const rated = await cli(["evaluate", ...manual, "--json"]);
  const solve = ["solve", "--config-dir", problem, ...WORKLOAD];
  await cli([...solve, "--out", file("solved")]);
  const none = await cli([...solve, "--max-hourly-cost", "0.01", "--json"]);
  const sweep = ["sweep", "--config-dir", problem, ...WORKLOAD, "--out", file("runs")];
  await cli([...sweep, "--tp-degrees", "2", "--pp-stages", "1"]);
  writeFiles(root, { "rated.json": rated.stdout, "none.json": none.stdout });
});

describe("compare", () => {
  it("sets plans of all commands side by side, files or directories", async () => {
    const run = readdirSync(file("runs")).find((name) => !name.endsWith(".csv"))!;
    const paths = [file("rated.json"), file("solved"), join(file("runs"), run), file("none.json")];
    const { code, stdout, stderr } = await cli(["compare", ...paths]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(`  B  ${join(file("solved"), "solution.json")}\n`);
    expect(stdout).toMatch(
      /^ {2}status +evaluated +optimal, proven +evaluated +infeasible, proven$/m,
    );
    expect(stdout).toContain("Prices used");
    expect(stdout).toContain("D has no placement to compare: ");
  });

  it("says in JSON what it says in words", async () => {
    const paths = [file("rated.json"), file("solved/solution.json")];
    const { code, stdout } = await cli(["compare", ...paths, "--json"]);
    const json = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(Object.keys(json)).toEqual(["plans", "rows", "pairs"]);
    expect(json.plans.map((plan: { name: string }) => plan.name)).toEqual(paths);
    expect(json.plans[1].prices[0]).toMatchObject({ kind: "unspecified", as_of: null });
    const [pair] = json.pairs;
    const [cost] = json.rows;
    expect(cost.name).toBe("dollar_per_million_token");
    expect(pair.decomposition.cost.cost_ratio).toBeCloseTo(
      1 + cost.cells[1].difference_percent / 100,
      12,
    );
    const parts = [...pair.decomposition.price.factors, ...pair.decomposition.throughput.factors];
    const product = parts.reduce((all, { cost_ratio }) => all * cost_ratio, 1);
    expect(product).toBeCloseTo(pair.decomposition.cost.cost_ratio, 12);
    expect(pair.because[0]).toContain(paths[0]);
  });

  it("prints equal bytes twice", async () => {
    const args = ["compare", file("rated.json"), file("solved")];
    expect((await cli(args)).stdout).toBe((await cli(args)).stdout);
  });

  it.each([
    [["rated.json"], "error: compare: there is nothing to compare."],
    [["rated.json", "placement.json"], "it is a placement without metrics."],
    [["rated.json", "gone.json"], "gone.json: there is no such file."],
    [["rated.json", "problem"], "the directory contains none of solution.json"],
  ])("refuses %j", async (names, words) => {
    const { code, stdout, stderr } = await cli(["compare", ...names.map(file)]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(words);
  });
});

describe("the report of a comparison", () => {
  const toy = toyProblem();
  const placements = [
    placement([stage("quad#0", 4, 1, 12)]),
    placement([stage("duo#0", 2, 1, 12)]),
    placement([stage("quad#0", 4, 1, 6), stage("duo#0", 2, 7, 9), stage("duo#1", 1, 10, 12)]),
    placement([stage("duo#0", 2, 1, 12)], { sequence_length: 99 }),
  ];

  it("stays within 100 columns, however many plans there are and whatever they are called", () => {
    const plan = fc
      .record({
        placement: fc.constantFrom(...placements),
        reason: fc.option(fc.string({ unit: "grapheme", maxLength: 300 })),
        model: fc.string({ unit: "grapheme", maxLength: 200 }),
      })
      .map(({ placement: placed, reason, model }) => {
        const whole = planOf(toy, placed);
        const facts = { ...whole.facts, model: { ...whole.facts.model, name: model } };
        return reason === null
          ? { ...whole, facts }
          : { ...whole, facts, reason, status: "infeasible" as const, answer: null };
      });
    fc.assert(
      fc.property(fc.array(plan, { minLength: 2, maxLength: 9 }), (plans) => {
        const text = renderComparison(comparePlans(plans), PLAIN);
        for (const line of text.split("\n")) expect(visibleWidth(line)).toBeLessThanOrEqual(100);
        expect(text).not.toMatch(/undefined|NaN|Infinity/);
      }),
      { numRuns: 60, seed: 5 },
    );
  });

  it("says which field makes plans answers to different questions", () => {
    const plans = [planOf(toy, placements[0]!), planOf(toy, placements[3]!)];
    expect(renderComparison(comparePlans(plans), PLAIN)).toContain(
      "B cannot be compared with A; they answer different questions: sequence_length 99 against 1024.",
    );
  });
});
