/** What would help where nothing fits: joint ways out of limits, and what a memory that is too small would hold. */
import { afterAll, describe, expect, it } from "vitest";
import { createPool } from "../../../src/hardware/pool.ts";
import { createInlineHighs } from "../../../src/milp/highs-inline.ts";
import { evaluate } from "../../../src/placement/evaluate.ts";
import type { Problem } from "../../../src/placement/problem.ts";
import { DEFAULT_REQUEST, type SolveRequest } from "../../../src/solver/request.ts";
import type { Change, Infeasibility } from "../../../src/solver/solution.ts";
import { solve } from "../../../src/solver/solve.ts";
import { type Limits, NO_LIMITS } from "../../../src/workload/workload.ts";
import {
  calibratedProblem,
  defaultSettings,
  inFormat,
  LLAMA_70B,
} from "../../support/calibrated.ts";
import { entry, foundingProblem, RELAXED_RULES } from "../../support/founding.ts";
import { servedProblem } from "../../support/served.ts";

const backend = createInlineHighs();
afterAll(() => backend.dispose());

async function whyNot(
  problem: Problem,
  choices: Partial<SolveRequest> = {},
): Promise<Infeasibility> {
  const solution = await solve(problem, { ...DEFAULT_REQUEST, ...choices }, backend);
  if (solution.status !== "infeasible") throw new Error(`it is ${solution.status}`);
  return solution.explanation;
}

/** Room for rounding when a limit is set to a figure that was reported in another unit. */
const ROOM = 1 + 1e-9;

function limitKey(change: string): readonly [keyof Limits, number] | null {
  switch (change) {
    case "max_hourly_cost":
      return ["maxHourlyCostUsd", ROOM];
    case "max_cost_per_million_token":
      return ["maxCostPerMillionTokenUsd", ROOM];
    case "min-throughput":
      return ["minTokensPerSecond", 1 / ROOM];
    case "max_ttft_ms":
      return ["maxTtftSeconds", ROOM / 1000];
    case "max_tpot_ms":
      return ["maxTpotSeconds", ROOM / 1000];
    default:
      return null;
  }
}

/** The problem with changes carried out. */
function changed(problem: Problem, changes: readonly Change[]): Problem {
  let now = problem;
  for (const change of changes) now = changedOnce(now, change);
  return now;
}

function changedOnce(now: Problem, { change, to }: Change): Problem {
  const limit = limitKey(change);
  if (limit) return { ...now, limits: { ...now.limits, [limit[0]]: to * limit[1] } };
  if (change.startsWith("count of ")) {
    const name = change.slice("count of ".length);
    const types = now.pool.types.map((t) => (t.instance.name === name ? { ...t, count: to } : t));
    return { ...now, pool: createPool(types) };
  }
  const { rules, workload } = now;
  switch (change) {
    case "max_pipeline_stages":
      return { ...now, rules: { ...rules, maxPipelineStages: to } };
    case "input_length":
      return { ...now, workload: { ...workload, inputTokens: to } };
    case "output_length":
      return { ...now, workload: { ...workload, outputTokens: to } };
    case "min_batch_size":
      return { ...now, workload: { ...workload, minBatch: to } };
    case "concurrency":
      return { ...now, workload: { ...workload, load: { kind: "concurrency", sequences: to } } };
    case "weight_format fp8":
    case "weight_format int4": {
      const format = change === "weight_format fp8" ? "fp8" : "int4";
      const { rules, workload, pool, limits, engine } = now;
      const architecture = inFormat(now.model.architecture!, format);
      return calibratedProblem(architecture, engine!, { rules, workload, pool, limits });
    }
    default:
      throw new Error(`nobody knows how to carry out ${change}`);
  }
}

async function expectHelps(
  problem: Problem,
  changes: readonly Change[],
  placement: Parameters<typeof evaluate>[1],
): Promise<void> {
  const what = changes.map(({ change, to }) => `${change} ${to}`).join(", ");
  const after = changed(problem, changes);
  expect((await solve(after, DEFAULT_REQUEST, backend)).status, what).toBe("optimal");
  const evaluation = evaluate(after, placement);
  expect(evaluation.status, what).toBe("SUCCESS");
  if (evaluation.status === "SUCCESS") {
    expect(evaluation.metrics.meets_cost_threshold, what).toBe(true);
  }
}

describe("limits that cannot be met together", { timeout: 60_000 }, () => {
  it("of which no single one helps: a way out for each that changes it least, and one for all", async () => {
    // Alone the cheapest placement costs more than 1 and the fastest serves less than 10,000.
    const limits = { ...NO_LIMITS, maxHourlyCostUsd: 1, minTokensPerSecond: 10_000 };
    const problem = foundingProblem({ limits });
    const { relaxations, joint_relaxations } = await whyNot(problem);
    expect(relaxations.filter(({ change }) => limitKey(change))).toEqual([]);
    expect(joint_relaxations.length).toBeGreaterThan(1);
    for (const { changes, placement } of joint_relaxations) {
      expect(changes.map(({ change }) => change).sort()).toEqual([
        "max_hourly_cost",
        "min-throughput",
      ]);
      await expectHelps(problem, changes, placement);
    }
    const to = (way: number, name: string): number =>
      joint_relaxations[way]!.changes.find(({ change }) => change === name)!.to;
    const bestOf = async (objective: SolveRequest["objective"]): Promise<number> => {
      const best = await solve(foundingProblem(), { ...DEFAULT_REQUEST, objective }, backend);
      return "placement" in best ? best.objective.value : Number.NaN;
    };
    expect(to(0, "max_hourly_cost")).toBeCloseTo(await bestOf("cost"), 9);
    expect(to(1, "min-throughput")).toBeCloseTo(await bestOf("throughput"), 6);
    // The last asks for less of each than its worst way out.
    const last = joint_relaxations.length - 1;
    expect(to(last, "max_hourly_cost")).toBeLessThanOrEqual(to(1, "max_hourly_cost"));
    expect(to(last, "min-throughput")).toBeGreaterThanOrEqual(to(0, "min-throughput"));
  });

  it("of which each can be met alone: a compromise beside the single changes", async () => {
    const limits = { maxHourlyCostUsd: 6, maxTtftSeconds: 1.95, latencySafetyMargin: 0 };
    const problem = servedProblem(limits);
    const { conflict, relaxations, joint_relaxations } = await whyNot(problem);
    expect(conflict).toHaveLength(2);
    expect(relaxations.filter(({ change }) => limitKey(change))).toHaveLength(2);
    // By hand: 2 fast for $20 in 1.9 s, one of each for $11 in 2.8 s, 2 slow for $2 in 4.0 s.
    expect(joint_relaxations).toHaveLength(1);
    const [{ changes, placement }] = joint_relaxations as [(typeof joint_relaxations)[0]];
    expect(changes.map(({ change, to }) => [change, Number(to.toPrecision(6))])).toEqual([
      ["max_hourly_cost", 11],
      ["max_ttft_ms", 2800],
    ]);
    await expectHelps(problem, changes, placement);
  });

  it("keep their reasons where a limit on time strikes among the ways out", async () => {
    const limits = { ...NO_LIMITS, maxHourlyCostUsd: 1, minTokensPerSecond: 10_000 };
    const problem = foundingProblem({ limits });
    const asked = async (most: number): Promise<{ why: Infeasibility; questions: number }> => {
      const control = new AbortController();
      let last = 0;
      const solution = await solve(problem, DEFAULT_REQUEST, backend, {
        signal: control.signal,
        onProgress: ({ questions }) => {
          last = questions;
          if (questions >= most) control.abort();
        },
      });
      if (solution.status !== "infeasible") throw new Error(`it is ${solution.status}`);
      return { why: solution.explanation, questions: last };
    };
    const whole = await asked(Number.POSITIVE_INFINITY);
    const cut = "The search stopped before it had tried every change that may help.";
    expect(whole.why.sentences).not.toContain(cut);
    const { why } = await asked(whole.questions);
    expect(why.sentences).toEqual([...whole.why.sentences, cut]);
    expect(why).toMatchObject({
      conflict: whole.why.conflict,
      relaxations: whole.why.relaxations,
      joint_relaxations: [],
    });
  });

  it("have no joint way out where one limit alone is to blame", async () => {
    const limits = { ...NO_LIMITS, maxCostPerMillionTokenUsd: 5 };
    expect((await whyNot(foundingProblem({ limits }))).joint_relaxations).toEqual([]);
  });
});

describe("a memory that is too small", { timeout: 60_000 }, () => {
  const settings = defaultSettings("vllm");
  const L40S = entry("l40s.4", "NVIDIA L40S", 4, 48, 32, 200, 10, 1);
  const served = (changes: Partial<Problem>, architecture = LLAMA_70B): Problem =>
    calibratedProblem(architecture, settings, {
      rules: { ...RELAXED_RULES, maxPipelineStages: 3 },
      pool: createPool([{ ...L40S, instance: { ...L40S.instance, gpuCount: 2 } }]),
      workload: {
        phase: "aggregated",
        inputTokens: 512,
        outputTokens: 64,
        minBatch: 2,
        maxBatch: 2,
      },
      ...changes,
    });

  const named = ({ relaxations }: Infeasibility): string[] =>
    relaxations.map(({ change }) => change);

  it("holds the weights in another format, or with a second machine", async () => {
    const problem = served({});
    const why = await whyNot(problem);
    expect(named(why)).toEqual(["weight_format fp8", "weight_format int4", "count of l40s.4"]);
    for (const relaxation of why.relaxations) {
      await expectHelps(problem, [relaxation], relaxation.placement);
    }
    expect(why.relaxations[0]).toMatchObject({ from: 2, to: 1 });
  });

  it("holds shorter prompts, or fewer sequences", async () => {
    // A quarter of the layers on one GPU: 33 GiB of weights, and a KV cache of 9 GiB for every 4 requests.
    const problem = served(
      {
        pool: createPool([{ ...L40S, instance: { ...L40S.instance, gpuCount: 1 } }]),
        workload: {
          phase: "aggregated",
          inputTokens: 30_000,
          outputTokens: 64,
          minBatch: 8,
          maxBatch: 8,
        },
      },
      { ...LLAMA_70B, kindOf: LLAMA_70B.kindOf.slice(0, 20) },
    );
    const why = await whyNot(problem);
    expect(named(why)).toEqual(expect.arrayContaining(["input_length", "min_batch_size"]));
    for (const relaxation of why.relaxations) {
      const { change, to, placement } = relaxation;
      if (change.startsWith("kv_cache_dtype")) continue;
      await expectHelps(problem, [relaxation], placement);
      if (change !== "input_length" && change !== "min_batch_size") continue;
      const step = Math.ceil(relaxation.from / 128);
      const oneMore = changed(problem, [{ ...relaxation, to: to + step }]);
      expect((await solve(oneMore, DEFAULT_REQUEST, backend)).status, change).toBe("infeasible");
    }
  });

  it("needs two changes where no single one helps", async () => {
    // One stage on one machine: more machines alone are of no use, nor are more stages.
    const problem = served({
      rules: { ...RELAXED_RULES, maxPipelineStages: 1 },
      pool: createPool([{ ...L40S, instance: { ...L40S.instance, gpuCount: 1 } }]),
    });
    const { relaxations, joint_relaxations } = await whyNot(problem);
    expect(relaxations.map(({ change }) => change)).not.toContain("count of l40s.4");
    expect(relaxations).toEqual([]);
    expect(joint_relaxations).toHaveLength(1);
    const [{ changes, placement }] = joint_relaxations as [(typeof joint_relaxations)[0]];
    expect(changes.map(({ change }) => change)).toEqual(["count of l40s.4", "max_pipeline_stages"]);
    await expectHelps(problem, changes, placement);
    for (const [i, { change, to }] of changes.entries()) {
      const less = changes.map((one, j) => (i === j ? { ...one, to: to - 1 } : one));
      const without = await solve(changed(problem, less), DEFAULT_REQUEST, backend);
      expect(without.status, change).toBe("infeasible");
    }
  });
});
