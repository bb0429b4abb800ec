import { type ProblemOptions, readServedProblem } from "../files/read-problem.ts";
import type { Problem } from "../placement/problem.ts";
import { DEFAULT_REQUEST, type SolveRequest } from "../solver/request.ts";
import type { BenchCase } from "./case.ts";

const ONE_REGION: ProblemOptions = {
  inputTokens: 1024,
  outputTokens: 256,
  providers: ["AWS"],
  regions: ["us-east-1"],
};

/** A load that is open has 63 levels of concurrency, at each of which heuristics would search for half a second; these are 11. */
const DOUBLED: ProblemOptions = { phase: "aggregated", minBatch: 1, maxBatch: 1024 };

function named(instances: string): ProblemOptions {
  return { instances, providers: undefined, regions: undefined };
}

/**
 * A case whose problem is as `solve` reads it, without notes on the age of prices: they are the same every day here. It is read when
 * it is asked for, so that other cases do not wait for the catalogue.
 */
function served(
  { name, note, request }: Omit<BenchCase, "problem">,
  options: ProblemOptions,
): BenchCase {
  let known: Problem | null = null;
  return {
    name,
    note,
    request,
    get problem() {
      known ??= { ...readServedProblem({ ...ONE_REGION, ...options }), warnings: [] };
      return known;
    },
  };
}

/** What users run: models of the library on machines of the catalogue, by the calibrated cost model. Any placement is a candidate. */
export function catalogueCases(): BenchCase[] {
  const request = DEFAULT_REQUEST;
  const atLowestCost: SolveRequest = { ...request, objective: "cost" };
  return [
    served(
      {
        name: "catalogue-8b",
        note: "Llama 3.1 8B on all that AWS has in one region, 64 sequences in flight.",
        request,
      },
      { model: "llama-3.1-8b", concurrency: 64 },
    ),
    served(
      {
        name: "catalogue-8b-batches",
        note: "Llama 3.1 8B on two of AWS's machine types; 1 to 1,024 sequences in flight, doubled: those with the lowest cost per token.",
        request,
      },
      {
        model: "llama-3.1-8b",
        ...named("g6.12xlarge@us-east-1=1,g6e.xlarge@us-east-1=1"),
        ...DOUBLED,
      },
    ),
    served(
      {
        name: "catalogue-70b-limits",
        note: "Llama 3.1 70B on all that AWS has in one region, 64 sequences in flight, TTFT at most 2 s and TPOT at most 60 ms.",
        request,
      },
      {
        model: "llama-3.1-70b",
        concurrency: 64,
        limits: { maxTtftSeconds: 2, maxTpotSeconds: 0.06 },
      },
    ),
    served(
      {
        name: "catalogue-70b-target",
        note: "Llama 3.1 70B on two of AWS's machine types with L40S: the lowest cost an hour at 2,560 tokens/s, which is 2 requests per second.",
        request: atLowestCost,
      },
      {
        model: "llama-3.1-70b",
        ...named("g6e.12xlarge@us-east-1=2,g6e.xlarge@us-east-1=2"),
        ...DOUBLED,
        limits: { minTokensPerSecond: 2560 },
      },
    ),
    served(
      {
        name: "catalogue-moe",
        note: "DeepSeek-V3 on H100, H200 and B200 of all clouds, 128 sequences in flight.",
        request,
      },
      {
        model: "deepseek-v3",
        providers: undefined,
        regions: undefined,
        gpus: ["H100", "H200", "B200"],
        concurrency: 128,
      },
    ),
  ];
}
