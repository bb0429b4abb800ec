/** What is said of limits at a rate of requests: in requests/s, and no more than is needed. */
import { describe, expect, it } from "vitest";
import { createInlineHighs } from "../../../src/milp/highs-inline.ts";
import { DEFAULT_REQUEST } from "../../../src/solver/request.ts";
import type { Infeasibility } from "../../../src/solver/solution.ts";
import { solve } from "../../../src/solver/solve.ts";
import { NO_LIMITS } from "../../../src/workload/workload.ts";
import { calibratedProblem, defaultSettings, llama } from "../../support/calibrated.ts";

const plain = calibratedProblem(llama(), defaultSettings("vllm"));

async function whyNot(rate: number, maxHourlyCostUsd: number): Promise<Infeasibility> {
  const problem = {
    ...plain,
    limits: { ...NO_LIMITS, minTokensPerSecond: rate * 1200, maxHourlyCostUsd },
    workload: {
      ...plain.workload,
      phase: "aggregated" as const,
      inputTokens: 1000,
      outputTokens: 200,
      load: { kind: "request_rate" as const, requestsPerSecond: rate },
    },
  };
  const includeTypes = ["g6e.4xlarge", "g6e.12xlarge"];
  const asked = { ...DEFAULT_REQUEST, objective: "cost" as const, includeTypes, maxInstances: 1 };
  const solution = await solve(problem, asked, createInlineHighs());
  if (solution.status !== "infeasible") throw new Error(`it is ${solution.status}`);
  return solution.explanation;
}

describe("ways out at a rate of requests", { timeout: 60_000 }, () => {
  it("speak of requests/s, and change nothing that could stay", async () => {
    // One machine serves 7.2 requests/s for $3.42 an hour, the other 10 and more for $6.85: there is nothing between.
    const { sentences, conflict, relaxations, joint_relaxations } = await whyNot(10, 5);
    expect(sentences.join(" ")).toContain("(max_hourly_cost 5, request_rate 10)");
    expect(sentences.join(" ")).not.toContain("min-throughput");
    expect(conflict).toEqual(["max_hourly_cost 5", "request_rate 10"]);
    const ways = relaxations.map(({ change, from, to }) => [change, from, Number(to.toFixed(2))]);
    expect(ways).toEqual([
      ["max_hourly_cost", 5, 6.85],
      ["request_rate", 10, 7.21],
    ]);
    // For $6.85 the rate can stay: a way out that gives up some of it as well is none.
    expect(joint_relaxations).toEqual([]);
  });
});
