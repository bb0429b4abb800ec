import { InternalError } from "../../errors.ts";
import { groupBy } from "../../lists.ts";
import { evaluate, placementPoint } from "../../placement/evaluate.ts";
import type { Evaluation, Success } from "../../placement/evaluation.ts";
import { keepsLatencyLimits } from "../../placement/limits.ts";
import { lowMemoryWarnings } from "../../placement/low-memory.ts";
import { type Placement, parseInstanceName } from "../../placement/placement.ts";
import type { Problem } from "../../placement/problem.ts";
import { pointWarnings } from "../../workload/workload.ts";
import type { InstanceClass } from "../instances/instance-class.ts";
import type { CaseContext } from "./case-context.ts";
import { compare } from "./compare.ts";
import type { Candidate, CaseKey } from "./goal.ts";
import { brokenRentalRule } from "./rental-rules.ts";

/** A placement scored in the terms of the search; null when it breaks a rule or `evaluate` lets it pass with a warning. */
export function scorePlacement(
  context: CaseContext,
  placement: Placement,
  origin: Candidate["origin"],
): Candidate | null {
  const { problem, request } = context;
  const evaluation = evaluate(problem, placement);
  if (!isProposed(problem, evaluation)) return null;
  if (brokenRentalRule(problem, request, placement, evaluation.metrics) !== null) return null;
  return score(context, evaluation, origin);
}

/** Whether a placement is one that a search may answer with: what `evaluate` only lets pass with a warning on a stage is none. */
export function isProposed(problem: Problem, evaluation: Evaluation): evaluation is Success {
  if (evaluation.status !== "SUCCESS") return false;
  const { placement, metrics, warnings } = evaluation;
  // That little memory is left is no reason to leave it out, nor is an odd operating point.
  const others = [
    ...pointWarnings(placementPoint(placement, problem.workload)),
    ...lowMemoryWarnings(metrics),
  ];
  return warnings.length === others.length;
}

/** Classes by the names of their types. */
const byTypeName = new WeakMap<
  readonly InstanceClass[],
  ReadonlyMap<string, readonly InstanceClass[]>
>();

/** The instance class of an instance. */
export function classOf({ classes }: CaseContext, name: string): InstanceClass {
  const parsed = parseInstanceName(name);
  let ofTypes = byTypeName.get(classes);
  if (ofTypes === undefined) {
    ofTypes = groupBy(classes, ({ type }) => type.instance.name);
    byTypeName.set(classes, ofTypes);
  }
  const instanceClass = ofTypes
    .get(parsed?.typeName ?? "")
    ?.find(({ instances }) => parsed !== null && instances.includes(parsed.index));
  if (!instanceClass) throw new InternalError(`${name} is in no instance class.`);
  return instanceClass;
}

function score(context: CaseContext, evaluation: Success, origin: Candidate["origin"]): Candidate {
  const { placement, metrics } = evaluation;
  const { scale } = context.objective;
  let cost = 0;
  let priceUnits = 0;
  let nameRank = 0;
  for (const name of new Set(placement.stages.map((stage) => stage.gpu_type))) {
    const { position } = classOf(context, name);
    cost += scale.perInstance(position);
    priceUnits += context.units.perInstance[position]!;
    nameRank += position;
  }
  const links = metrics.links.filter((link) => link.crosses_instances).length;
  return {
    cost: cost + scale.perLink * links,
    priceUnits,
    tokensPerSecond: metrics.throughput_tokens_per_sec,
    instances: metrics.num_instances,
    gpus: metrics.num_gpus_rented,
    stages: metrics.num_pipeline_stages,
    batch: placement.batch_size,
    nameRank,
    placement,
    metrics,
    origin,
  };
}

/** Has a placement of a MILP evaluated. @throws InternalError when solver and evaluator disagree. */
export function found(
  context: CaseContext,
  { subproblem, level }: CaseKey,
  placement: Placement,
): Candidate {
  const { levels } = context.subproblems[subproblem]!;
  const evaluation = evaluate(context.problem, placement);
  if (evaluation.status !== "SUCCESS") {
    throw new InternalError(`the solver's placement breaks a rule: ${evaluation.error}`);
  }
  const raw = evaluation.metrics.raw_throughput_tokens_per_sec;
  const reached = lastAtMost(levels, raw);
  if (reached < level || compare(levels[reached]!, raw) !== 0) {
    throw new InternalError(
      `the solver promised ${levels[level]} tokens/s raw, the evaluator finds ${raw}.`,
    );
  }
  if (!keepsLatencyLimits(context.problem.limits, evaluation.metrics)) {
    const { ttft_ms, tpot_ms } = evaluation.metrics;
    throw new InternalError(
      `the solver's placement breaks a limit on latency: TTFT ${ttft_ms} ms, TPOT ${tpot_ms} ms.`,
    );
  }
  const broken = brokenRentalRule(context.problem, context.request, placement, evaluation.metrics);
  if (broken !== null) throw new InternalError(`the solver's placement breaks a rule: ${broken}.`);
  return score(context, evaluation, { subproblem, level: reached });
}

/** Position of the last level not above `rate` (with room for rounding); −1 when all are above. */
export function lastAtMost(levels: ArrayLike<number>, rate: number): number {
  let low = 0;
  let high = levels.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(levels[middle]!, rate) <= 0) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
