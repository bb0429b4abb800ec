import { InputError } from "../../errors.ts";
import { nearestHint } from "../../nearest.ts";
import { checkProblem, type Problem } from "../../placement/problem.ts";
import { CONCURRENCY_LEVELS } from "../../workload/load.ts";
import {
  batchSizes,
  checkPoint,
  type OperatingPoint,
  type Workload,
  withSpread,
} from "../../workload/workload.ts";
import type { SolveRequest } from "../request.ts";

/**
 * The operating points a solve has to choose from: one for each batch size, or for each concurrency level where the load
 * leaves the number of sequences open.
 * @throws InputError when the workload is incomplete or makes no sense
 */
export function requestedPoints({ workload }: Problem): OperatingPoint[] {
  const { phase, inputTokens, outputTokens } = workload;
  if (phase === null) throw missing("--phase", "workload_phase");
  if (inputTokens === null) throw missing("--input-length", "sequence_length");
  const batches = requestedBatches(workload);
  if (phase === "aggregated" && outputTokens === null) {
    throw missing("--output-length", "output_length");
  }
  const points = batches.map((batch) =>
    withSpread({ phase, batch, inputTokens, outputTokens: outputTokens ?? 0 }, workload),
  );
  for (const point of points) checkPoint(point);
  return points;
}

function requestedBatches({ load, minBatch, maxBatch }: Workload): readonly number[] {
  if (load?.kind === "concurrency") return [load.sequences];
  if (load) return CONCURRENCY_LEVELS;
  if (minBatch === null) throw missing("--min-batch-size", "min_batch_size");
  if (maxBatch === null) throw missing("--max-batch-size", "max_batch_size");
  if (minBatch > maxBatch) {
    throw new InputError(
      "--min-batch-size",
      `${minBatch} is above the largest batch size ${maxBatch}.`,
      "Give --min-batch-size and --max-batch-size as a rising range.",
    );
  }
  return batchSizes(minBatch, maxBatch);
}

function missing(flag: string, key: string): InputError {
  return new InputError(flag, "is not given.", `Give ${flag}, or ${key} in config.csv.`);
}

/** The operating points that the rules on nodes leave. @throws InputError when they leave none */
export function allowedPoints(
  points: readonly OperatingPoint[],
  { nodeRules }: SolveRequest,
): readonly OperatingPoint[] {
  const most = nodeRules?.mostSequences ?? Number.POSITIVE_INFINITY;
  const allowed = points.filter(({ batch }) => batch <= most);
  if (allowed.length > 0 || points.length === 0) return allowed;
  throw new InputError(
    "--min-batch-size",
    `${points[0]!.batch} sequences in flight are more than the ${most} that can be started.`,
    `Give at most ${most}.`,
  );
}

/** @throws InputError when a request names what does not exist or contradicts itself */
export function checkRequest(problem: Problem, request: SolveRequest): void {
  checkProblem(problem);
  if (request.tpDegrees.length === 0) {
    throw new InputError(
      "--tp-degrees",
      "the list is empty.",
      "Give at least one degree, e.g. 1,2,4,8.",
    );
  }
  for (const t of request.tpDegrees) {
    if (!Number.isSafeInteger(t) || t < 1) {
      throw new InputError("--tp-degrees", `${t} is not a TP degree.`, "Give integers from 1.");
    }
  }
  checkLinear(request);
  const requireType = (flag: string, name: string): void => {
    if (problem.pool.byName.has(name)) return;
    const hint = nearestHint(name, [...problem.pool.byName.keys()]);
    throw new InputError(flag, `"${name}" is not in the pool.`, hint);
  };
  for (const name of request.includeTypes ?? []) requireType("--include", name);
  for (const name of request.excludeTypes) {
    requireType("--exclude", name);
    if (request.includeTypes?.includes(name)) {
      throw new InputError(
        "--exclude",
        `"${name}" is included as well.`,
        "Name it in one of the two.",
      );
    }
  }
  for (const [flag, most] of [
    ["--max-instances", request.maxInstances],
    ["--max-instance-types", request.maxInstanceTypes],
  ] as const) {
    if (most !== null && (!Number.isSafeInteger(most) || most < 1)) {
      throw new InputError(flag, `${most} is not a number of them.`, "Give an integer from 1.");
    }
  }
  for (const [name, most] of request.maxStagesByType) {
    requireType("--max-stages", name);
    if (!Number.isSafeInteger(most) || most < 1) {
      throw new InputError(
        "--max-stages",
        `${most} is not a number of stages.`,
        "Give an integer from 1.",
      );
    }
  }
  for (const [name, most] of request.maxRentedByType) {
    requireType("maxRentedByType", name);
    if (!Number.isSafeInteger(most) || most < 0) {
      throw new InputError(
        "maxRentedByType",
        `${most} is not a number of instances.`,
        "Give an integer from 0.",
      );
    }
  }
  for (const [name, most] of request.maxTpByType) {
    requireType("--tp-config", name);
    if (!Number.isSafeInteger(most) || most < 1) {
      throw new InputError("--tp-config", `${most} is not a TP degree.`, "Give an integer from 1.");
    }
  }
  if (request.weight !== null && request.objective !== "weighted") {
    throw new InputError(
      "--weight",
      `it only applies to the weighted objective; the objective is ${request.objective}.`,
      "Add --objective weighted, or leave --weight out.",
    );
  }
  if (request.weight !== null && !(request.weight >= 0 && request.weight <= 1)) {
    throw new InputError(
      "--weight",
      `${request.weight} is not a weight.`,
      "Give a number from 0 to 1.",
    );
  }
  if (!(request.gap >= 0 && request.gap < 1)) {
    throw new InputError("--gap", `${request.gap} is not a gap.`, "Give a number from 0 up to 1.");
  }
  if (request.nodeRules && request.nodeRules.stagesPerNode !== "any" && !request.uniformTp) {
    throw new InputError(
      "nodeRules",
      "equal stages on all nodes need one TP degree.",
      "Set uniformTp as well.",
    );
  }
  checkSimple(request);
  const q = request.bandwidthPercentile;
  if (q !== null && !(q >= 0 && q <= 1)) {
    throw new InputError(
      "--bandwidth-percentile",
      `${q} is not a share.`,
      "Give a number from 0 to 1.",
    );
  }
}

/** @throws InputError when it is not said clearly how much worse than the optimum a simple answer may be */
function checkSimple({ preferSimplePercent: percent, gap, mostStages }: SolveRequest): void {
  if (!(percent >= 0 && percent <= 99)) {
    throw new InputError(
      "--prefer-simple",
      `${percent} is not a share in per cent.`,
      "Give a number from 0 to 99.",
    );
  }
  if (percent > 0 && gap > 0) {
    throw new InputError(
      "--prefer-simple",
      "it needs the exact optimum, which --gap does not find.",
      "Leave one of the two out.",
    );
  }
  if (mostStages !== null && (!Number.isSafeInteger(mostStages) || mostStages < 1)) {
    throw new InputError(
      "mostStages",
      `${mostStages} is not a number of stages.`,
      "Give an integer from 1.",
    );
  }
}

function checkLinear({ objective, linear }: SolveRequest): void {
  if (linear === null) return;
  if (objective !== "weighted") {
    throw new InputError(
      "linear",
      `the objective ${objective} has no coefficients.`,
      "Set objective to weighted, or linear to null.",
    );
  }
  for (const [name, value] of Object.entries(linear)) {
    if (Number.isFinite(value) && value >= 0) continue;
    throw new InputError(
      `linear.${name}`,
      `${value} is not a coefficient.`,
      "Give a number from 0.",
    );
  }
}
