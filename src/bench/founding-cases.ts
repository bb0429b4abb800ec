import type { Problem } from "../placement/problem.ts";
import { DEFAULT_REQUEST } from "../solver/request.ts";
import { type Limits, NO_LIMITS } from "../workload/workload.ts";
import type { BenchCase } from "./case.ts";
import { FOUNDING_RULES, freeProblem, type Load, makeProblem, poolOf } from "./make-problem.ts";
import { LLAMA_3_70B } from "./models.ts";
import { FOUNDING_POOL } from "./pools.ts";

function founding(load: Load, changes: Partial<Problem> = {}): Problem {
  return makeProblem(LLAMA_3_70B, poolOf(FOUNDING_POOL), FOUNDING_RULES, load, changes);
}

/** The founding model on the founding pool. */
export function foundingCases(): BenchCase[] {
  const request = DEFAULT_REQUEST;
  return [
    {
      name: "founding-aggregated",
      note: "70B, 2,048 tokens in and 512 out, batch 32: the main job of the founding configuration.",
      problem: founding(["aggregated", 2048, 512, 32, 32]),
      request,
    },
    {
      name: "founding-prefill-1k",
      note: "70B, prefill of 1,024 tokens, batch 64.",
      problem: founding(["prefill", 1024, 0, 64, 64]),
      request,
    },
    {
      name: "founding-prefill-2k",
      note: "70B, prefill of 2,048 tokens, batch 64: several stages on one instance are best.",
      problem: founding(["prefill", 2048, 0, 64, 64]),
      request,
    },
    {
      name: "founding-decode",
      note: "70B, decode after 1,024 tokens, any batch from 8 to 128.",
      problem: founding(["decode", 1024, 1024, 8, 128]),
      request,
    },
    {
      name: "founding-free-sizes",
      note: "70B, aggregated, any size of a stage, up to 16 stages, any batch from 8 to 64.",
      problem: freeProblem(LLAMA_3_70B, FOUNDING_POOL, ["aggregated", 2048, 512, 8, 64]),
      request,
    },
    ...[15, 30, 60, 120].map((usd) => budgetCase(usd)),
    ...[250, 500, 1000, 2000].map((tokensPerSecond) => targetCase(tokensPerSecond)),
    {
      name: "founding-weighted",
      note: "70B, prefill, the founding program's weighted objective with its penalty on links between instances.",
      problem: founding(["prefill", 2048, 0, 64, 64]),
      request: { ...request, objective: "weighted", weight: 0.5 },
    },
  ];
}

/** Any size of a stage and any batch: what can be had within a budget or at a target. */
function freeFounding(limits: Partial<Limits>): Problem {
  return freeProblem(LLAMA_3_70B, FOUNDING_POOL, ["aggregated", 2048, 512, 8, 64], {
    limits: { ...NO_LIMITS, ...limits },
  });
}

function budgetCase(usd: number): BenchCase {
  return {
    name: `founding-budget-${usd}`,
    note: `70B, any sizes and batches: the highest throughput for at most $${usd} an hour.`,
    problem: freeFounding({ maxHourlyCostUsd: usd }),
    request: { ...DEFAULT_REQUEST, objective: "throughput" },
  };
}

function targetCase(tokensPerSecond: number): BenchCase {
  return {
    name: `founding-target-${tokensPerSecond}`,
    note: `70B, any sizes and batches: the lowest cost an hour at ${tokensPerSecond} tokens/s or more.`,
    problem: freeFounding({ minTokensPerSecond: tokensPerSecond }),
    request: { ...DEFAULT_REQUEST, objective: "cost" },
  };
}
