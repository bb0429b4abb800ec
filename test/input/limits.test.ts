/** Budgets and targets from flags and config.csv, in the units of the core. */
import { describe, expect, it } from "vitest";
import { buildProblem } from "../../src/input/problem/build-problem.ts";
import type { ProblemFlags } from "../../src/input/problem/merge-flags.ts";
import type { Limits } from "../../src/workload/workload.ts";
import { configText, messageOf, problemFiles } from "./texts.ts";

const limitsOf = (
  keys: Readonly<Record<string, string>>,
  limits: ProblemFlags["limits"] = {},
): Limits => buildProblem(problemFiles({ config: configText(keys) }), { limits }).limits;

describe("limits", () => {
  it("keep the seconds, dollars and shares of the flags", () => {
    const flags: Limits = {
      maxHourlyCostUsd: 12.5,
      maxCostPerMillionTokenUsd: 3,
      maxTotalCostUsd: 99,
      maxTotalRuntimeHours: 24,
      minTokensPerSecond: 100,
      maxTtftSeconds: 0.75,
      maxTpotSeconds: 0.05,
      latencySafetyMargin: 0.2,
    };
    expect(limitsOf({}, flags)).toEqual(flags);
  });

  it("of the flags win over those of config.csv", () => {
    const keys = { max_hourly_cost: "7", max_total_cost: "70" };
    expect(limitsOf(keys)).toMatchObject({ maxHourlyCostUsd: 7, maxTotalCostUsd: 70 });
    expect(limitsOf(keys, { maxHourlyCostUsd: 8 })).toMatchObject({
      maxHourlyCostUsd: 8,
      maxTotalCostUsd: 70,
    });
    expect(limitsOf(keys, { maxHourlyCostUsd: null }).maxHourlyCostUsd).toBeNull();
  });

  it("leave a tenth to the errors of predicted latencies where nothing is said", () => {
    expect(limitsOf({}).latencySafetyMargin).toBe(0.1);
    expect(limitsOf({}, { latencySafetyMargin: 0 }).latencySafetyMargin).toBe(0);
  });

  it("on latency are rejected in milliseconds, as they are typed", () => {
    expect(messageOf(() => limitsOf({}, { maxTpotSeconds: -0.05 }))).toMatch(
      /^--max-tpot-ms: -50 .*milliseconds/,
    );
    expect(messageOf(() => limitsOf({}, { maxTtftSeconds: 0 }))).toMatch(/^--max-ttft-ms: 0 /);
  });
});
