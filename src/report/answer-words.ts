import type { Problem } from "../placement/problem.ts";
import { rateService } from "../placement/rate-service.ts";
import { DEFAULT_TP_DEGREES, type ObjectiveName, type SolveRequest } from "../solver/request.ts";
import type { Answer, Simplicity } from "../solver/solution.ts";
import type { Workload } from "../workload/workload.ts";
import { percent } from "./format.ts";
import { batchWords, costWords, inFlightWords, levelsTriedWords } from "./load-words.ts";
import { againstWords, objectiveWords } from "./objective-words.ts";
import { placementWords, rentWords, splitWords } from "./words.ts";

/** An answer in two sentences: what to rent and how to cut the model, and what that does and costs. */
export function headlineWords(problem: Problem, answer: Answer): string {
  const { placement, metrics } = answer;
  return `${planWords(problem, answer)} ${costWords(problem, placement, metrics)}.`;
}

/** What to rent and how to cut the model, in one sentence. */
export function planWords(problem: Problem, { placement }: Answer): string {
  const service = rateService(problem, placement);
  const inFlight = service
    ? inFlightWords(service.atRate.placement)
    : batchWords(problem.workload, placement);
  return `${rentWords(problem.pool, placement)}: ${splitWords(placement)}, ${inFlight}.`;
}

/** What a proof, that an answer is optimal or that there is none, speaks of; for scripts. */
export function proofScope(workload: Workload): string {
  return `one pipeline${levelsTriedWords(workload)}; replicas are not searched`;
}

/** The same as a sentence. */
export const SCOPE_SENTENCE =
  "This speaks of single pipelines: several replicas of a pipeline are not searched.";

/** Proven or not, and against what. */
export function verdictWords(problem: Problem, request: SolveRequest, answer: Answer): string {
  // Where a limit struck before all cases were known there is no bound at all.
  if (!Number.isFinite(answer.bound)) {
    return "Not proven: a limit struck before there was a bound, so how much better the best single pipeline may be is not known.";
  }
  const best = BEST[request.objective];
  const mayBe = `the best single pipeline may ${best.mayBe} ${objectiveWords(answer, answer.bound)} (gap ${percent(answer.gap)}).`;
  if (answer.status === "feasible") {
    return `Not proven: a limit struck. T${mayBe.slice(1)}`;
  }
  if (answer.simplicity) return simplicityWords(problem, request, answer, answer.simplicity);
  return answer.gap === 0
    ? provenWords(problem, request, answer)
    : `Proven within the gap asked for, among single pipelines: ${mayBe} Replicas are not searched.`;
}

function provenWords(problem: Problem, request: SolveRequest, answer: Answer): string {
  return `Proven optimal among single pipelines: no one pipeline of this pool${withinWords(problem, request, answer)} ${BEST[request.objective].isBetter}${fullUseWords(problem, request)}. Replicas are not searched.`;
}

/** What a simple answer is, and what it costs against the optimum. */
function simplicityWords(
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
      return `${provenWords(problem, request, answer)} It is one stage: nothing is simpler.`;
    }
    return `${provenWords(problem, request, answer)} ${
      proven
        ? `Nothing simpler is within ${within}.`
        : `Whether something simpler is within ${within} is not known: a limit struck.`
    }`;
  }
  const { name, value } = answer.objective;
  return `Proven: the simplest single pipeline of this pool${withinWords(problem, request, answer)} within ${within}. It is ${againstWords(name, value, objective_optimum)} than the proven optimum, ${objectiveWords(answer, objective_optimum)} with ${placementWords(problem.pool, placement_optimum)}. Replicas are not searched.`;
}

/** At a rate every token of the cheapest machines costs as little: what a token costs there is another question. */
function fullUseWords({ workload }: Problem, { objective }: SolveRequest): string {
  return workload.load?.kind === "request_rate" && objective === "cost-per-token"
    ? " at full use"
    : "";
}

const BEST: Readonly<Record<ObjectiveName, { isBetter: string; mayBe: string }>> = {
  "cost-per-token": { isBetter: "serves a token for less", mayBe: "cost as little as" },
  throughput: { isBetter: "serves more tokens per second", mayBe: "reach" },
  cost: { isBetter: "costs less per hour", mayBe: "cost as little as" },
  weighted: { isBetter: "has a better weighted score", mayBe: "reach" },
};

/** What the proof is relative to: better placements may exist beyond the limits and the rules of the request. */
function withinWords({ limits }: Problem, request: SolveRequest, { deployable }: Answer): string {
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
    within.length === 0 ? "" : ` within the ${within.join(" and ")} given`,
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
