import { afterAll, describe, expect, it } from "vitest";
import { deployableRequest } from "../../../src/export/deployable.ts";
import { exportPlacement } from "../../../src/export/export.ts";
import { limitsOf } from "../../../src/export/limits.ts";
import { solveDeployable } from "../../../src/export/solve-deployable.ts";
import { EXPORT_FORMS, type ExportForm } from "../../../src/export/targets.ts";
import { createPool, type PoolEntry } from "../../../src/hardware/pool.ts";
import { createInlineHighs } from "../../../src/milp/highs-inline.ts";
import { evaluate } from "../../../src/placement/evaluate.ts";
import type { Placement } from "../../../src/placement/placement.ts";
import type { Problem } from "../../../src/placement/problem.ts";
import { DEFAULT_REQUEST, type SolveRequest } from "../../../src/solver/request.ts";
import type { Answer, NoAnswer, Solution } from "../../../src/solver/solution.ts";
import { answerModel, solve } from "../../../src/solver/solve.ts";
import { NO_LIMITS } from "../../../src/workload/workload.ts";
import { request as exportRequest } from "../../export/launches.ts";
import { entry, foundingProblem, RELAXED_RULES } from "../../support/founding.ts";

const backend = createInlineHighs();
afterAll(() => backend.dispose());

const POOL: readonly PoolEntry[] = [
  entry("l40s.2", "NVIDIA L40S", 2, 48, 32, 200, 6.85, 3),
  entry("a10g.4", "NVIDIA A10G", 4, 24, 32, 100, 5.67, 2),
  entry("l40s.1", "NVIDIA L40S", 1, 48, 32, 100, 3.42, 2),
];

function problemOf(entries: readonly PoolEntry[] = POOL, changes: Partial<Problem> = {}): Problem {
  return foundingProblem({ pool: createPool(entries), rules: RELAXED_RULES, ...changes });
}

const run = (
  form: ExportForm,
  problem: Problem,
  request: Partial<SolveRequest> = {},
): Promise<Solution> => solveDeployable(problem, { ...DEFAULT_REQUEST, ...request }, form, backend);

function answerOf(solution: Solution): Answer {
  if (!("placement" in solution)) throw new Error(solution.explanation.sentences.join(" "));
  return solution;
}

function nodesOf({ stages }: Placement): string[] {
  return [...new Set(stages.map(({ gpu_type }) => gpu_type.replace(/#.*/, "")))];
}

describe("a solve for a target", () => {
  it("gives what export takes, says what that costs, and what is better without it", async () => {
    const problem = problemOf();
    for (const form of EXPORT_FORMS.filter((each) => each !== "tensorrt-llm")) {
      const { status, placement, objective, deployable } = answerOf(await run(form, problem));
      expect(status).toBe("optimal");
      const evaluation = evaluate(problem, placement);
      if (evaluation.status !== "SUCCESS") throw new Error(evaluation.error);
      expect(exportPlacement(problem, evaluation, exportRequest(form)).status).toBe("SUCCESS");
      const { objective_without, cost_of_restriction_percent, placement_without } = deployable!;
      expect(objective.value).toBeGreaterThanOrEqual(objective_without!);
      expect(cost_of_restriction_percent).toBeCloseTo(
        100 * (objective.value / objective_without! - 1),
        9,
      );
      if (placement_without) expect(limitsOf(form, problem, placement_without)).not.toEqual([]);
      else expect(objective.value).toBe(objective_without);
    }
  });

  it("needs one search where the best placement of all can be exported", async () => {
    const problem = problemOf(POOL.slice(0, 1));
    const solution = answerOf(await run("vllm", problem));
    const free = answerOf(await solve(problem, DEFAULT_REQUEST, backend));
    expect(solution.placement).toEqual(free.placement);
    expect(solution.run.milps_solved).toBe(free.run.milps_solved);
    expect(solution.deployable).toMatchObject({
      target: "vllm",
      kind: null,
      status_without: "optimal",
      cost_of_restriction_percent: 0,
      placement_without: null,
    });
  });

  it("keeps stages of a node together, also where its slow inside wants them apart", async () => {
    // Inside a box links are slower than between boxes.
    const problem = problemOf([entry("slow", "NVIDIA L40S", 2, 48, 0.005, 400, 1, 2)]);
    const request = { ...DEFAULT_REQUEST, objective: "throughput", tpDegrees: [1] } as const;
    const free = answerOf(await solve(problem, request, backend));
    const isApart = ({ stages }: Placement): boolean =>
      stages.some(
        ({ gpu_type }, i) =>
          stages[i + 1]?.gpu_type !== gpu_type &&
          stages.slice(i + 2).some((s) => s.gpu_type === gpu_type),
      );
    expect(isApart(free.placement)).toBe(true);
    const answer = answerOf(await run("vllm", problem, request));
    expect(isApart(answer.placement)).toBe(false);
    expect(answer.deployable!.cost_of_restriction_percent).toBeGreaterThan(0);
    expect(answer.deployable!.placement_without).toEqual(free.placement);
  });

  it("lets one node differ with LeaderWorkerSet, none with Dynamo", async () => {
    const problem = problemOf([
      entry("a", "NVIDIA L40S", 4, 48, 32, 400, 10, 1),
      entry("b", "NVIDIA A10G", 4, 24, 32, 100, 3, 2),
      entry("c", "NVIDIA L40S", 4, 48, 32, 400, 12, 1),
    ]);
    const request = { objective: "throughput", tpDegrees: [4] } as const;
    const workers = answerOf(await run("leaderworkerset", problem, request));
    const [first, ...rest] = nodesOf(workers.placement);
    expect(rest).toHaveLength(1);
    expect(first).not.toBe(rest[0]);
    expect(nodesOf(answerOf(await run("dynamo", problem, request)).placement)).toHaveLength(1);
  });

  it("has a frontier and an explanation of what can be exported only", async () => {
    const problem = problemOf();
    const { frontier, explanation, placement } = answerOf(
      await run("vllm", problem, { frontier: true, explain: true }),
    );
    const { best_by_type, price_rises, next_faster, next_cheaper } = explanation!;
    const all = [
      placement,
      ...frontier!.map((point) => point.placement),
      ...best_by_type.map((best) => best.placement),
      ...price_rises.map(({ then }) => then),
      next_faster?.placement,
      next_cheaper?.placement,
    ].filter((each) => each !== null && each !== undefined);
    expect(all.length).toBeGreaterThan(5);
    for (const each of all) expect(limitsOf("vllm", problem, each)).toEqual([]);
  });

  it("counts TTFT and TPOT limits, rules on what is rented, and the MILP that is exported", async () => {
    const problem = problemOf();
    const request = deployableRequest("vllm", problem, {
      ...DEFAULT_REQUEST,
      maxStagesByType: new Map([["l40s.2", 2]]),
      noIdleGpus: true,
    });
    const answer = answerOf(await solve(problem, request, backend));
    const outcome = await backend.solve(await answerModel(problem, request, answer, backend), {});
    expect(outcome.status).toBe("optimal");
    const onType = answer.placement.stages.filter(({ gpu_type }) => gpu_type.startsWith("l40s.2"));
    expect(onType.length).toBeLessThanOrEqual(2);
    expect(answer.metrics.num_gpus).toBe(answer.metrics.num_gpus_rented);
  });

  it("leaves out batches of more sequences than a step has tokens", async () => {
    const problem = problemOf(POOL, {
      engine: {
        engine: "vllm",
        gpuMemoryUtilization: 0.9,
        maxBatchedTokens: 16,
        maxModelLenTokens: null,
      },
    } as Partial<Problem>);
    const workload = { ...problem.workload, minBatch: 8, maxBatch: 32 };
    const answer = answerOf(await run("vllm", { ...problem, workload }));
    expect(answer.placement.batch_size).toBeLessThanOrEqual(16);
    const large = { ...problem.workload, minBatch: 32, maxBatch: 64 };
    await expect(run("vllm", { ...problem, workload: large })).rejects.toThrow(
      /32 sequences in flight are more than the 16/,
    );
    expect(answerOf(await run("sglang", { ...problem, workload: large })).status).toBe("optimal");
  });

  it("does not use owned instances with SkyPilot", async () => {
    const owned = POOL.map((each) => ({ ...each, ownedCount: 1 }));
    const { placement } = answerOf(await run("skypilot", problemOf(owned)));
    for (const { gpu_type } of placement.stages) expect(gpu_type).not.toMatch(/#0$/);
  });
});

describe("a solve for a target without an answer", () => {
  const reasonsOf = (solution: Solution): NoAnswer => {
    if ("placement" in solution) throw new Error("there is an answer");
    return solution;
  };

  it("says that the restriction leaves nothing, and what there is without it", async () => {
    // Only both types together hold the model, with different numbers of GPUs.
    const problem = problemOf([
      entry("l40s.2", "NVIDIA L40S", 2, 48, 32, 200, 6.85, 1),
      entry("a10g.4", "NVIDIA A10G", 4, 24, 32, 100, 5.67, 1),
    ]);
    const request = { tpDegrees: [2, 4], maxTpByType: new Map([["l40s.2", 2]]) };
    const free = await solve(problem, { ...DEFAULT_REQUEST, ...request }, backend);
    const { status, explanation, deployable } = reasonsOf(await run("dynamo", problem, request));
    expect(status).toBe("infeasible");
    expect(explanation.sentences[0]).toMatch(
      /^The restriction to Dynamo with vLLM leaves nothing: /,
    );
    expect(deployable).toMatchObject({
      status_without: "optimal",
      objective_without: answerOf(free).objective.value,
      cost_of_restriction_percent: null,
      placement_without: answerOf(free).placement,
    });
  });

  it("says that nothing fits without it either", async () => {
    const problem = problemOf(POOL, { limits: { ...NO_LIMITS, maxHourlyCostUsd: 0.5 } });
    const { explanation, deployable } = reasonsOf(await run("vllm", problem, { frontier: true }));
    expect(explanation.sentences[0]).toMatch(/^Nothing fits without the restriction/);
    expect(explanation.conflict).toEqual(["max_hourly_cost 0.5"]);
    expect(deployable).toMatchObject({ status_without: "infeasible", objective_without: null });
  });
});

describe("a solve for a target with a time limit", () => {
  it("looks for what can be exported first", async () => {
    const problem = problemOf(POOL, { timeLimitSeconds: 60 });
    const limited = answerOf(await run("vllm", problem));
    const unlimited = answerOf(await run("vllm", { ...problem, timeLimitSeconds: null }));
    expect(limited.placement).toEqual(unlimited.placement);
    expect(limited.deployable).toEqual(unlimited.deployable);
  });

  it("says that the cost is not known when none is left for the other search", async () => {
    const problem = problemOf(POOL, { timeLimitSeconds: 1e-6 });
    const solution = await run("vllm", problem);
    expect(["feasible", "no_solution"]).toContain(solution.status);
    expect(solution.deployable).toMatchObject({
      objective_without: null,
      cost_of_restriction_percent: null,
      placement_without: null,
    });
    if ("placement" in solution) expect(limitsOf("vllm", problem, solution.placement)).toEqual([]);
  });
});
