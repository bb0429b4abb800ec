import { type Placement, parseInstanceName } from "../../placement/placement.ts";
import type { Problem } from "../../placement/problem.ts";
import type { Limits } from "../../workload/workload.ts";
import type { SolveRequest } from "../request.ts";
import { isMaximised } from "../search/objectives.ts";
import type { Simplicity } from "../solution.ts";
import { type Best, ExplanationCut, type WhatIf } from "./what-if.ts";

const PER_CENT = 100;

/** Relative room for rounding where a value is compared with the worst that is allowed; as limits have it. */
const ROUNDING = 1e-9;

/** How simple a placement is; of two the one with the first smaller number is the simpler one. */
export function complexityOf({ stages }: Placement): readonly number[] {
  return [stages.length, typesOf(stages), isMixed(stages) ? 1 : 0];
}

type Stages = Placement["stages"];

function typesOf(stages: Stages): number {
  return new Set(stages.map(({ gpu_type }) => parseInstanceName(gpu_type)!.typeName)).size;
}

function isMixed(stages: Stages): boolean {
  return new Set(stages.map(({ tp_degree }) => tp_degree)).size > 1;
}

/**
 * The answer that a request for a simple placement gets, and what it costs. Where a limit on time strikes before that is known it
 * is the optimum.
 * @param optimum proven
 */
export async function simplestWithin(
  whatIf: WhatIf,
  optimum: Best,
): Promise<{ readonly answer: Best; readonly simplicity: Simplicity }> {
  try {
    const answer = await simplest(whatIf, optimum);
    return { answer, simplicity: costOf(whatIf, optimum, answer, true) };
  } catch (error) {
    if (!(error instanceof ExplanationCut)) throw error;
    return { answer: optimum, simplicity: costOf(whatIf, optimum, optimum, false) };
  }
}

function costOf({ request }: WhatIf, optimum: Best, answer: Best, proven: boolean): Simplicity {
  const worse = Math.abs(answer.value - optimum.value);
  return {
    percent: request.preferSimplePercent,
    proven,
    objective_optimum: optimum.value,
    placement_optimum: answer === optimum ? null : optimum.found.placement,
    cost_of_simplicity_percent:
      worse === 0 ? 0 : optimum.value === 0 ? null : (worse / Math.abs(optimum.value)) * PER_CENT,
  };
}

/**
 * The simplest placement within `request.preferSimplePercent` of the optimum: with the fewest stages, of these with the fewest
 * instance types, of these with one TP degree if there is one, of these the best by the objective. Each step is a search of the
 * restricted problem to its end, with what may be given up as one more limit: whatever it does not find does not exist.
 * @param optimum proven
 * @returns the optimum itself where nothing within the percentage is simpler
 * @throws ExplanationCut when a limit on time strikes first
 */
async function simplest(whatIf: WhatIf, optimum: Best): Promise<Best> {
  const { problem, request } = whatIf;
  const limits = limitsWithin(problem, request, optimum);
  const best = async (restriction: Partial<SolveRequest>): Promise<Best | null> => {
    const found = await whatIf.best({ limits }, restriction);
    return found && isWithin(problem, request, optimum, found) ? found : null;
  };
  let chosen = optimum;
  for (let mostStages = 1; mostStages < optimum.found.stages; mostStages++) {
    const fewer = await best({ mostStages });
    if (!fewer) continue;
    chosen = fewer;
    break;
  }
  const restriction = { mostStages: chosen.found.stages, maxInstanceTypes: 1 };
  const types = typesOf(chosen.found.placement.stages);
  for (; restriction.maxInstanceTypes < types; restriction.maxInstanceTypes++) {
    const fewer = await best(restriction);
    if (!fewer) continue;
    chosen = fewer;
    break;
  }
  if (!isMixed(chosen.found.placement.stages)) return chosen;
  return (await best({ ...restriction, uniformTp: true })) ?? chosen;
}

/** The limits with the worst value that is allowed as one more; the weighted objective has no such limit. */
function limitsWithin(problem: Problem, request: SolveRequest, { found, value }: Best): Limits {
  const { limits } = problem;
  const share = request.preferSimplePercent / PER_CENT;
  const dearest = (usd: number, limit: number | null): number =>
    Math.min(usd, limit ?? Number.POSITIVE_INFINITY);
  const tokensPerSecond = (1 - share) * found.metrics.throughput_tokens_per_sec;
  const slowest = Math.max(tokensPerSecond, limits.minTokensPerSecond ?? 0);
  switch (request.objective) {
    case "throughput":
      return { ...limits, minTokensPerSecond: slowest };
    case "cost": {
      // Prices are whole micro-dollars: what is allowed is rounded to the last one that is.
      const microUsd = Math.floor(value * (1 + share) * 1e6 + 1e-3);
      return { ...limits, maxHourlyCostUsd: dearest(microUsd / 1e6, limits.maxHourlyCostUsd) };
    }
    case "cost-per-token":
      // Where nothing is paid, tokens decide, unless a rate says how many come.
      return value === 0 && problem.workload.load?.kind !== "request_rate"
        ? { ...limits, maxCostPerMillionTokenUsd: 0, minTokensPerSecond: slowest }
        : {
            ...limits,
            maxCostPerMillionTokenUsd: dearest(
              value * (1 + share),
              limits.maxCostPerMillionTokenUsd,
            ),
          };
    case "weighted":
      return limits;
  }
}

function isWithin(problem: Problem, request: SolveRequest, optimum: Best, found: Best): boolean {
  const worse = isMaximised(problem, request)
    ? optimum.value - found.value
    : found.value - optimum.value;
  const allowed = (request.preferSimplePercent / PER_CENT) * Math.abs(optimum.value);
  return worse <= allowed + ROUNDING * Math.abs(optimum.value);
}
