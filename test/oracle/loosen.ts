import { createPool } from "../../src/hardware/pool.ts";
import type { Problem } from "../../src/placement/problem.ts";
import type { SolveRequest } from "../../src/solver/request.ts";
import type { Limits } from "../../src/workload/workload.ts";
import type { Prng } from "./prng.ts";

/** A problem or a request that forbids less than the one it was made from, and in which way. */
export interface Loosened {
  readonly what: string;
  readonly problem: Problem;
  readonly request: SolveRequest;
}

/** Takes back one restriction, so that every placement that was allowed still is. */
export function loosen(prng: Prng, problem: Problem, request: SolveRequest): Loosened {
  const { rules, pool, limits } = problem;
  const withRules = (changes: Partial<Problem["rules"]>): Problem => ({
    ...problem,
    rules: { ...rules, ...changes },
  });
  // A matrix lists the GPUs of its pool; another instance would need another matrix.
  const morePool = (): Loosened => {
    const lucky = prng.pick(pool.types);
    const entries = pool.types.map((type) =>
      type === lucky ? { ...type, count: type.count + prng.int(1, 2) } : type,
    );
    const what = `more of ${lucky.instance.name}`;
    return { what, request, problem: { ...problem, pool: createPool(entries) } };
  };
  const choices: readonly (() => Loosened)[] = [
    ...(problem.network.kind === "derived" ? [morePool] : []),
    () => {
      const tpDegrees = [...new Set([...request.tpDegrees, prng.pick([1, 2, 3, 4])])];
      return { what: "another TP degree", problem, request: { ...request, tpDegrees } };
    },
    () => ({
      what: "no TP limits",
      problem,
      request: { ...request, maxTpByType: new Map(), uniformTp: false },
    }),
    () => ({
      what: "no rules on instances",
      problem,
      request: {
        ...request,
        includeTypes: null,
        excludeTypes: [],
        noIdleGpus: false,
        maxInstances: null,
        maxInstanceTypes: null,
        maxStagesByType: new Map(),
      },
    }),
    () => ({
      what: "looser limits",
      request,
      problem: { ...problem, limits: relaxLimits(limits, prng.pick([1.01, 1.2, 3])) },
    }),
    () => ({
      what: "another stage",
      request,
      problem: withRules({ maxPipelineStages: rules.maxPipelineStages + 1 }),
    }),
    () => ({
      what: "sizes as small as one layer",
      request,
      problem: withRules({ minLayersPerStage: 1, minMemoryUtilization: 0 }),
    }),
    () => ({
      what: "sizes of any number",
      request,
      problem: withRules({ quantizeSegments: false }),
    }),
  ];
  return prng.pick(choices)();
}

function relaxLimits(limits: Limits, factor: number): Limits {
  const more = (limit: number | null): number | null => (limit === null ? null : limit * factor);
  return {
    maxHourlyCostUsd: more(limits.maxHourlyCostUsd),
    maxCostPerMillionTokenUsd: more(limits.maxCostPerMillionTokenUsd),
    maxTotalCostUsd: more(limits.maxTotalCostUsd),
    maxTotalRuntimeHours: more(limits.maxTotalRuntimeHours),
    minTokensPerSecond:
      limits.minTokensPerSecond === null ? null : limits.minTokensPerSecond / factor,
    maxTtftSeconds: more(limits.maxTtftSeconds),
    maxTpotSeconds: more(limits.maxTpotSeconds),
    latencySafetyMargin: limits.latencySafetyMargin,
  };
}
