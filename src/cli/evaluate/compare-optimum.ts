import { distancePercent } from "../../compare/distance.ts";
import { InternalError } from "../../errors.ts";
import { solveStartable } from "../../export/solve-startable.ts";
import { startLimits } from "../../export/startable.ts";
import type { ExportForm } from "../../export/targets.ts";
import type { MilpBackend } from "../../milp/model.ts";
import { aimedAtRate } from "../../placement/at-load.ts";
import type { Metrics } from "../../placement/evaluation.ts";
import type { Placement } from "../../placement/placement.ts";
import type { Problem } from "../../placement/problem.ts";
import type { Colours } from "../../report/colours.ts";
import { notSearchedJson, type Optimum, optimaJson } from "../../report/optimum.ts";
import { renderNotSearched, renderOptima } from "../../report/terminal-optimum.ts";
import { DEFAULT_REQUEST, type ObjectiveName, type SolveRequest } from "../../solver/request.ts";
import { isMaximised, objectiveValue } from "../../solver/search/objectives.ts";
import type { Workload } from "../../workload/workload.ts";
import { type CliIo, EXIT } from "../io/io.ts";
import { requestOf } from "../solve/solve-request.ts";
import { solveWatched } from "../solve/solve-with-progress.ts";
import { opensBatch } from "./evaluate-load.ts";

/** Relative difference up to which a placement and an optimum are alike. Solver and evaluator agree to this. */
const SAME = 1e-9;

/** What is held against the optimum. */
export interface Rated {
  /** The operating point, and the stages where there are any. */
  readonly placement: Placement;
  /** Null for a placement that breaks rules: it has no figures, so nothing is searched. */
  readonly metrics: Metrics | null;
  /** Whether the batch is the placement's own, and not found for the load. */
  readonly hasOwnBatch: boolean;
}

/** A placement that keeps the rules. */
type RatedWell = Rated & { readonly metrics: Metrics };

/** What the optimum is one of. */
export interface OptimumChoices {
  readonly objective: ObjectiveName | undefined;
  /** What has to be able to start it; null: nothing. */
  readonly starter: ExportForm | null;
}

/** What was found, as JSON fields, as text, and the exit code of a placement that keeps all rules. */
export interface OptimaAnswer {
  readonly json: object;
  readonly render: (colours: Colours) => string;
  readonly exitCode: number;
}

/** Holds a placement against the optimum of its problem; `findOptima` says of which. */
export async function compareOptimum(
  problem: Problem,
  rated: Rated,
  choices: OptimumChoices,
  backend: MilpBackend,
  startedMilliseconds: number,
  io: CliIo,
): Promise<OptimaAnswer> {
  const { placement, metrics, hasOwnBatch } = rated;
  if (metrics === null) {
    return { json: notSearchedJson(), render: renderNotSearched, exitCode: EXIT.infeasible };
  }
  const answer = { placement, metrics, hasOwnBatch };
  const optima = await findOptima(problem, answer, choices, backend, startedMilliseconds, io);
  const isProven = optima.every(({ solution: { status } }) =>
    ["optimal", "infeasible"].includes(status),
  );
  return {
    json: optimaJson(answer, optima),
    render: (colours) => renderOptima(answer, optima, colours),
    exitCode: isProven ? EXIT.ok : EXIT.notProven,
  };
}

/**
 * Solves the problem that a placement is an answer to: the same workload within the same limits, at the placement's batch and,
 * where the problem leaves a choice of batches, over all of them. TP degrees of the placement are allowed as well as the usual
 * ones, so that the placement itself is among those that are searched.
 * @throws InternalError when the placement is better than what was proven to be the best
 */
async function findOptima(
  problem: Problem,
  rated: RatedWell,
  choices: OptimumChoices,
  backend: MilpBackend,
  startedMilliseconds: number,
  io: CliIo,
): Promise<Optimum[]> {
  const { objective, starter } = choices;
  const optima: Optimum[] = [];
  for (const batches of batchesToTry(problem.workload, rated)) {
    const asked = problemOf(problem, rated.placement, batches);
    const request = requestFor(rated.placement, objective, asked);
    const solution = await solveWatched(
      asked,
      request,
      backend,
      startedMilliseconds,
      io,
      // Why nothing fits is for `solve` to say: it takes longer than the proof, and no distance follows from it.
      (of, free, solver, options) =>
        solveStartable(of, free, solver, { ...options, explainInfeasible: false }, starter),
    );
    const distance =
      "placement" in solution
        ? distancePercent(
            objectiveValue(asked, request, rated.metrics),
            solution.objective.value,
            isMaximised(asked, request),
          )
        : null;
    if (
      batches === "same" &&
      solution.status === "optimal" &&
      canBeStarted(rated, asked, starter)
    ) {
      checkProof(rated, distance);
    }
    optima.push({
      batches,
      problem: asked,
      objective: request.objective,
      solution,
      distance_percent: distance,
    });
  }
  return optima;
}

/** Whether a placement is one of those that are searched. */
function canBeStarted({ placement }: Rated, problem: Problem, starter: ExportForm | null): boolean {
  return starter === null || startLimits(starter, problem, placement).length === 0;
}

function batchesToTry(workload: Workload, { placement, hasOwnBatch }: Rated): Optimum["batches"][] {
  if (!hasOwnBatch) return ["any"];
  const { load, minBatch, maxBatch } = workload;
  const isRange =
    load === undefined &&
    minBatch !== null &&
    maxBatch !== null &&
    (minBatch !== placement.batch_size || maxBatch !== placement.batch_size);
  return isRange || opensBatch(workload) ? ["same", "any"] : ["same"];
}

function problemOf(problem: Problem, placement: Placement, batches: Optimum["batches"]): Problem {
  const { workload } = problem;
  const { batch_size, sequence_length, output_length, workload_phase } = placement;
  const { inputLengths, outputLengths, load, minBatch, maxBatch } = workload;
  const aimed =
    load?.kind === "request_rate"
      ? aimedAtRate(problem, load.requestsPerSecond, placement)
      : problem;
  return {
    ...aimed,
    workload: {
      phase: workload_phase,
      inputTokens: sequence_length,
      outputTokens: output_length,
      ...(inputLengths && sequence_length === workload.inputTokens && { inputLengths }),
      ...(outputLengths && output_length === workload.outputTokens && { outputLengths }),
      ...(batches === "same"
        ? { minBatch: batch_size, maxBatch: batch_size }
        : { minBatch, maxBatch, ...(load && { load }) }),
    },
  };
}

function requestFor(
  { stages }: Placement,
  objective: ObjectiveName | undefined,
  { workload }: Problem,
): SolveRequest {
  const degrees = [...DEFAULT_REQUEST.tpDegrees, ...stages.map((stage) => stage.tp_degree)];
  const tpDegrees = [...new Set(degrees)].sort((a, b) => a - b);
  return requestOf({ ...(objective && { objective }), tpDegrees }, workload);
}

/** A placement within the limits that is better than a proven optimum at its own batch is a defect. */
function checkProof({ metrics }: RatedWell, distance: number | null): void {
  if (!metrics.meets_cost_threshold || distance === null || distance >= -100 * SAME) return;
  throw new InternalError(
    `the placement is ${-distance} % better than what was proven to be the best.`,
  );
}
