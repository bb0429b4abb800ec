import { afterAll, describe, expect, it } from "vitest";
import type { EngineSettings } from "../../../src/engines/engine-settings.ts";
import { createPool } from "../../../src/hardware/pool.ts";
import { createInlineHighs } from "../../../src/milp/highs-inline.ts";
import type { Problem } from "../../../src/placement/problem.ts";
import { DEFAULT_REQUEST } from "../../../src/solver/request.ts";
import type { Infeasibility } from "../../../src/solver/solution.ts";
import { solve } from "../../../src/solver/solve.ts";
import { NO_LIMITS } from "../../../src/workload/workload.ts";
import { calibratedProblem, defaultSettings, llama } from "../../support/calibrated.ts";
import { entry } from "../../support/founding.ts";

const backend = createInlineHighs();
afterAll(() => backend.dispose());

function problemWith(maxModelLenTokens: number | null, changes: Partial<Problem> = {}): Problem {
  const settings: EngineSettings = { ...defaultSettings("vllm"), maxModelLenTokens };
  return calibratedProblem(llama(), settings, {
    pool: createPool([
      entry("cheap", "NVIDIA A10G", 1, 24, 32, 100, 1, 2),
      entry("dear", "NVIDIA L40S", 1, 48, 32, 100, 5, 1),
    ]),
    workload: {
      phase: "aggregated",
      inputTokens: 2000,
      outputTokens: 200,
      minBatch: 1,
      maxBatch: 1,
    },
    ...changes,
  });
}

const cheapest = { ...DEFAULT_REQUEST, objective: "cost" as const };

async function whyNot(problem: Problem): Promise<Infeasibility> {
  const solution = await solve(problem, cheapest, backend);
  if (solution.status !== "infeasible") throw new Error(solution.status);
  return solution.explanation;
}

describe("a longest request", { timeout: 60_000 }, () => {
  it("makes the search take a dearer placement, whose KV cache holds it", async () => {
    const free = await solve(problemWith(null), cheapest, backend);
    const long = await solve(problemWith(100_000), cheapest, backend);
    if (!("placement" in free) || !("placement" in long)) throw new Error("no placement");
    expect(free.metrics.cost_per_hour).toBe(1);
    expect(free.metrics.kv_cache_tokens).toBeLessThan(100_000);
    expect(long.metrics.cost_per_hour).toBeGreaterThan(1);
    expect(long.metrics.kv_cache_tokens).toBeGreaterThanOrEqual(100_000);
  });

  it("that nothing holds is said to be the reason, with the largest that fits", async () => {
    const { sentences, relaxations } = await whyNot(problemWith(10_000_000));
    const shorter = relaxations.find(({ change }) => change === "max_model_len")!;
    expect(sentences[0]).toContain(
      `No KV cache holds a request of max-model-len 10000000 tokens, and engines refuse to start without that room. The largest max-model-len that fits is ${shorter.to}`,
    );
    const at = await solve(problemWith(shorter.to), cheapest, backend);
    expect(at.status).toBe("optimal");
    const beyond = await solve(problemWith(Math.ceil(shorter.to * 1.001) + 1), cheapest, backend);
    expect(beyond.status).toBe("infeasible");
  });

  it("that fits no budget is a way out beside a larger budget", async () => {
    const limits = { ...NO_LIMITS, maxHourlyCostUsd: 1.5 };
    const { conflict, relaxations } = await whyNot(problemWith(100_000, { limits }));
    expect(conflict).toEqual(["max_hourly_cost 1.5"]);
    const changes = relaxations.map(({ change }) => change);
    expect(changes).toContain("max_hourly_cost");
    expect(changes).toContain("max_model_len");
  });

  it("is no reason where even the requests that are served do not fit", async () => {
    const workload = {
      phase: "aggregated" as const,
      inputTokens: 2000,
      outputTokens: 200,
      minBatch: 4096,
      maxBatch: 4096,
    };
    const { sentences, relaxations } = await whyNot(problemWith(10_000, { workload }));
    expect(sentences.join(" ")).not.toContain("max-model-len");
    expect(relaxations.map(({ change }) => change)).not.toContain("max_model_len");
  });
});
