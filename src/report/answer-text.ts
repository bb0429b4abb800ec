import type { Problem } from "../placement/problem.ts";
import { DEFAULT_TP_DEGREES, type ObjectiveName, type SolveRequest } from "../solver/request.ts";
import type { Answer, Simplicity } from "../solver/solution.ts";
import type { Workload } from "../workload/workload.ts";
import { percent } from "./format.ts";
import { costText, flightText, levelsTriedText } from "./load-text.ts";
import { againstText, objectiveText } from "./objective-text.ts";
import { placementText, rentText, splitText } from "./placement-text.ts";

/** An answer in two sentences: what to rent and how to cut the model, and what that does and costs. */
export function headlineText(problem: Problem, answer: Answer): string {
  const { placement, metrics } = answer;
  return `${planText(problem, answer)} ${costText(problem, placement, metrics)}.`;
}

/** What to rent and how to cut the model, in one sentence. */
export function planText(problem: Problem, { placement }: Answer): string {
  return `${rentText(problem.pool, placement)}: ${splitText(placement)}, ${flightText(problem, placement)}.`;
}

/** What a proof, that an answer is optimal or that there is none, speaks of; for scripts. */
export function proofScope(workload: Workload): string {
  return `one pipeline${levelsTriedText(workload)}; replicas are not searched`;
}

/** The same as a sentence. */
export const SCOPE_SENTENCE = "This covers single pipelines; replicas are not searched.";

/** That copies of a pipeline are not searched; of a rate, which copies share, what to do about it where anything is paid. */
function replicasText({ workload }: Problem, { metrics }: Answer): string {
  return workload.load?.kind === "request_rate" && metrics.cost_per_hour > 0
    ? "Replicas are not searched: solve for half the rate as well, two such copies may cost less."
    : "Replicas are not searched.";
}

/** Proven or not, and against what. */
export function verdictText(problem: Problem, request: SolveRequest, answer: Answer): string {
  // Where a limit struck before all cases were known there is no bound at all.
  if (!Number.isFinite(answer.bound)) {
    return "Not proven: the search stopped before it had a bound, so the gap is unknown.";
  }
  const best = BEST[request.objective];
  const mayBe = `the best single pipeline may ${best.mayBe} ${objectiveText(answer, answer.bound)} (gap ${percent(answer.gap)}).`;
  if (answer.status === "feasible") {
    return `Not proven: the search hit its limit. T${mayBe.slice(1)}`;
  }
  if (answer.simplicity) return simplicityText(problem, request, answer, answer.simplicity);
  return answer.gap === 0
    ? provenText(problem, request, answer)
    : `Proven within the requested gap, among single pipelines: ${mayBe} ${replicasText(problem, answer)}`;
}

function provenText(problem: Problem, request: SolveRequest, answer: Answer): string {
  return `Proven optimal among single pipelines: no single pipeline in this pool${withinText(problem, request, answer)} ${BEST[request.objective].isBetter}${fullUseText(problem, request)}. ${replicasText(problem, answer)}`;
}

/** What a simple answer is, and what it costs against the optimum. */
function simplicityText(
  problem: Problem,
  request: SolveRequest,
  answer: Answer,
  { percent: most, proven, objective_optimum, placement_optimum }: Simplicity,
): string {
  const rule = "fewest stages, then fewest instance types, then one TP degree";
  const within = `${percent(most / 100)} of the optimum (${rule})`;
  if (placement_optimum === null) {
    // One stage stands on one machine of one type.
    if (answer.placement.stages.length === 1) {
      return `${provenText(problem, request, answer)} It has one stage: nothing is simpler.`;
    }
    return `${provenText(problem, request, answer)} ${
      proven
        ? `Nothing simpler is within ${within}.`
        : `The search stopped before it knew whether anything simpler is within ${within}.`
    }`;
  }
  const { name, value } = answer.objective;
  const difference = againstText(name, value, objective_optimum);
  const verb = name === "cost" || name === "cost-per-token" ? "costs" : "is";
  const beside = difference === "the same" ? "is as good as" : `${verb} ${difference} than`;
  return `Proven: the simplest single pipeline in this pool${withinText(problem, request, answer)} within ${within}. It ${beside} the proven optimum, ${objectiveText(answer, objective_optimum)} with ${placementText(problem.pool, placement_optimum)}. ${replicasText(problem, answer)}`;
}

/** At a rate every token of the cheapest machines costs as little: what a token costs there is another question. */
function fullUseText({ workload }: Problem, { objective }: SolveRequest): string {
  return workload.load?.kind === "request_rate" && objective === "cost-per-token"
    ? " at capacity"
    : "";
}

const BEST: Readonly<Record<ObjectiveName, { isBetter: string; mayBe: string }>> = {
  "cost-per-token": { isBetter: "has a lower cost per token", mayBe: "cost as little as" },
  throughput: { isBetter: "has a higher throughput", mayBe: "reach" },
  cost: { isBetter: "costs less per hour", mayBe: "cost as little as" },
  weighted: { isBetter: "has a better weighted score", mayBe: "reach" },
};

/** What the proof is relative to: better placements may exist beyond the limits and the rules of the request. */
function withinText({ limits }: Problem, request: SolveRequest, { deployable }: Answer): string {
  const {
    maxHourlyCostUsd,
    maxCostPerMillionTokenUsd,
    maxTotalCostUsd,
    maxTotalRuntimeHours,
    minTokensPerSecond,
    maxTtftSeconds,
    maxTpotSeconds,
  } = limits;
  const excluding = [
    maxHourlyCostUsd,
    maxTotalRuntimeHours,
    minTokensPerSecond,
    maxTtftSeconds,
    maxTpotSeconds,
  ];
  // A placement that beats the cheapest token keeps every limit on what a token costs, so there they exclude nothing.
  if (request.objective !== "cost-per-token") {
    excluding.push(maxCostPerMillionTokenUsd, maxTotalCostUsd);
  }
  const within = [
    ...(excluding.some((limit) => limit !== null) ? ["limits"] : []),
    ...(hasRules(request, deployable !== undefined) ? ["rules"] : []),
  ];
  return [
    deployable ? ` that ${deployable.title} can start` : "",
    within.length === 0 ? "" : ` within the given ${within.join(" and ")}`,
  ].join("");
}

/** Whether a request leaves out placements that the problem allows; one TP degree is what launchers ask for already. */
function hasRules(request: SolveRequest, isDeployable: boolean): boolean {
  return (
    request.includeTypes !== null ||
    request.excludeTypes.length > 0 ||
    request.noIdleGpus ||
    request.maxInstanceTypes !== null ||
    request.maxInstances !== null ||
    request.maxStagesByType.size > 0 ||
    request.maxTpByType.size > 0 ||
    request.tpDegrees !== DEFAULT_TP_DEGREES ||
    (request.uniformTp && !isDeployable) ||
    request.bandwidthPercentile !== null
  );
}
