import { describe, expect, it } from "vitest";
import type { InputError } from "../../src/errors.ts";
import { parsePlan } from "../../src/input/placement/parse-plan.ts";
import { evaluate } from "../../src/placement/evaluate.ts";
import { evaluationJson } from "../../src/report/json.ts";
import { placement, stage, toyProblem } from "../support/toy.ts";

const problem = toyProblem();
const placed = placement([stage("quad#0", 4, 1, 6), stage("duo#0", 2, 7, 12)]);
const written = evaluationJson(problem, evaluate(problem, placed), []) as {
  readonly metrics: Record<string, unknown>;
  readonly placement: Record<string, unknown>;
};

const parse = (value: unknown) => parsePlan(JSON.stringify(value), "p.json");

function complaint(value: unknown): string {
  try {
    parse(value);
  } catch (error) {
    return (error as InputError).message;
  }
  throw new Error("it was taken for a plan");
}

describe("a plan's file", () => {
  it("gives back what evaluate wrote", () => {
    const plan = parse(written);
    expect(plan).toMatchObject({ name: "p.json", status: "SUCCESS", gap: null, reason: null });
    expect(plan.answer!.metrics).toEqual(written.metrics);
    expect(plan.facts.model).toMatchObject({ name: "toy", layers: 12 });
    expect(plan.facts.prices!.map(({ instance_type }) => instance_type)).toEqual(["duo", "quad"]);
  });

  it("may lack the facts of later versions, and what a comparison does not look at", () => {
    const { status, placement: own, metrics } = written as Record<string, unknown>;
    const plan = parse({ status, placement: own, metrics, warnings: [] });
    expect(plan.answer!.placement.stages).toHaveLength(2);
    expect(plan.facts).toEqual({});
  });

  it("names its model under run when a sweep wrote it", () => {
    const { status, placement: own, metrics } = written as Record<string, unknown>;
    const run = { format: 2, model_name: "swept", total_layers: 12 };
    expect(parse({ status, placement: own, metrics, run }).facts.model).toEqual({
      name: "swept",
      layers: 12,
    });
  });

  it.each([
    ["INFEASIBLE", { error: "too little memory", violations: [] }, "too little memory"],
    ["infeasible", { explanation: { sentences: ["One.", "Two."] } }, "One. Two."],
    ["no_solution", { metrics: null }, null],
  ])("that is %s has no answer and says why", (status, rest, reason) => {
    expect(parse({ status, placement: null, ...rest })).toMatchObject({ answer: null, reason });
  });

  it("may hold a placement that breaks rules", () => {
    const stages = [stage("quad#0", 4, 0, 6), stage("duo#0", 2, 9, 7)];
    const broken = { status: "INFEASIBLE", placement: { ...placed, stages }, error: "no" };
    expect(parse(broken)).toMatchObject({ answer: null, reason: "no" });
  });
});

describe("what is no plan is refused with its place", () => {
  const { metrics } = written;
  const stages = metrics.stages as Record<string, unknown>[];
  const withStage = (change: object) => ({
    ...written,
    metrics: { ...metrics, stages: [stages[0], { ...stages[1], ...change }] },
  });

  it.each<[string, unknown, string]>([
    ["an array", [], "p.json: it is not a JSON object."],
    ["a bare placement", placed, "it is a placement without metrics. Evaluate it: `evaluate"],
    ["no status", { metrics }, "p.json: status: it is not a plan status."],
    ["an unknown status", { status: "optimum" }, 'not a plan status. Did you mean "optimal"?'],
    ["an answer without metrics", { ...written, metrics: null }, "p.json: metrics: it is missing"],
    ["a text for a number", withStage({ layers: "six" }), "p.json: metrics.stages[1].layers: "],
    ["no price share", withStage({ price_share_usd_per_hour: undefined }), "price_share"],
    [
      "shares that are not the price",
      withStage({ price_share_usd_per_hour: 5 }),
      "cost_per_hour: it is 6, but the stages' shares of the price are 9",
    ],
    [
      "a stage too few",
      { ...written, metrics: { ...metrics, stages: [stages[0]] } },
      "metrics.stages",
    ],
    [
      "GPUs that are not there",
      { ...written, metrics: { ...metrics, num_gpus: 7 } },
      "metrics.num_gpus: it is 7, but the stages' GPUs are 6",
    ],
    [
      "a cost that does not follow",
      { ...written, metrics: { ...metrics, dollar_per_million_token: 1 } },
      "metrics.dollar_per_million_token: it is 1, but",
    ],
    [
      "a bottleneck that is not there",
      {
        ...written,
        metrics: { ...metrics, bottleneck: { kind: "link", index: 1, limited_by: "network" } },
      },
      "link 1 does not exist",
    ],
  ])("%s", (_, value, words) => {
    expect(complaint(value)).toContain(words);
  });

  it("broken JSON, with line and column", () => {
    expect(() => parsePlan('{\n  "status" 1\n}', "p.json")).toThrow(
      /p\.json:2, column 12: invalid JSON/,
    );
  });
});
