import type { CostModelOrigin } from "../cost/cost-model.ts";
import { costModelOf } from "../cost/origin.ts";
import { InputError } from "../errors.ts";
import type { Network } from "../hardware/network.ts";
import { createPool } from "../hardware/pool.ts";
import { checkProblem, type Problem } from "../placement/problem.ts";
import type { Workload } from "../workload/workload.ts";
import { fromFile, oddName, snakeName } from "./keys.ts";
import { modelOfData, RENEW } from "./model-data.ts";
import { type ReadProblem, readProblemData } from "./problem-schema.ts";
import { constantsHash, PROBLEM_FORMAT } from "./store-problem.ts";

/** How far two ways to compute a moment may be apart. */
const ROUNDING = 1e-9;

/**
 * The problem of a file that `storeProblem` was written to.
 * @param where the file and the path in it, for messages
 * @throws InputError with the path of what is missing, unknown or contradictory, and for another version of the format
 */
export function restoreProblem(stored: unknown, where: string): Problem {
  checkFormat(stored, where);
  try {
    return restored(stored, where);
  } catch (error) {
    if (!(error instanceof InputError) || error.where.startsWith(where)) throw error;
    // What the parts of a problem say of themselves names no file.
    throw new InputError(`${where}: ${error.where}`, error.problem, error.hint || RENEW);
  }
}

function restored(stored: unknown, where: string): Problem {
  const odd = oddName(stored);
  if (odd) throw new InputError(`${where}.${odd.join(".")}`, "there is no such field.", RENEW);
  const read = readProblemData(fromFile(stored));
  if ("issue" in read) {
    const { path, message } = read.issue;
    throw new InputError(placeOf(where, path), `${message}.`, RENEW);
  }
  const { costModel, engine, network, pool } = read.problem;
  const {
    workload,
    limits,
    rules,
    weights,
    totalTokensToProcess,
    timeLimitSeconds,
    poolTypesLeftOut,
  } = read.problem;
  if (costModel.name === "calibrated" && (engine === null || !read.problem.model.architecture)) {
    throw new InputError(
      where,
      "its calibrated cost model has no engine or no architecture.",
      RENEW,
    );
  }
  const model = modelOfData(read.problem.model, `${where}.model`);
  checkLengths(workload, where);
  const problem: Problem = {
    model,
    costModel: costModelOf(originOf(costModel), model.architecture, engine),
    ...(engine && { engine }),
    pool: createPool(pool),
    network: networkOf(network, where),
    rules,
    workload,
    limits,
    weights,
    totalTokensToProcess,
    timeLimitSeconds,
    ...(poolTypesLeftOut > 0 && { poolTypesLeftOut }),
    warnings: isOfOtherConstants(costModel)
      ? [
          `${where}: it was written by a version with different cost model constants; figures are from this version.`,
        ]
      : [],
  };
  checkProblem(problem);
  return problem;
}

function checkFormat(stored: unknown, where: string): void {
  const format =
    typeof stored === "object" && stored !== null
      ? (stored as { readonly format?: unknown }).format
      : undefined;
  if (format === PROBLEM_FORMAT) return;
  throw new InputError(
    `${where}.format`,
    format === undefined ? "it is missing." : `it is ${JSON.stringify(format)}.`,
    `This version reads "${PROBLEM_FORMAT}". ${RENEW}`,
  );
}

/** The moments are those of one distribution, whose mean is the length that placements are evaluated at. */
function checkLengths(workload: Workload, where: string): void {
  for (const [name, moments, tokens] of [
    ["input_lengths", workload.inputLengths, workload.inputTokens],
    ["output_lengths", workload.outputLengths, workload.outputTokens],
  ] as const) {
    if (!moments) continue;
    const { meanTokens, meanSquareTokens, p95Tokens, p99Tokens } = moments;
    const problem =
      meanTokens !== tokens
        ? `the mean is ${meanTokens} tokens, and the length is ${tokens}`
        : meanSquareTokens < meanTokens ** 2 * (1 - ROUNDING)
          ? `the mean square is ${meanSquareTokens}, less than the square of the mean, ${meanTokens ** 2}`
          : p99Tokens < p95Tokens
            ? `the 99th percentile is ${p99Tokens} tokens, less than the 95th, ${p95Tokens}`
            : null;
    if (problem !== null) {
      throw new InputError(`${where}.workload.${name}`, `${problem}.`, RENEW);
    }
  }
}

function originOf({ constants: _, ...origin }: ReadProblem["costModel"]): CostModelOrigin {
  return origin;
}

function placeOf(where: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (place, step) =>
      typeof step === "number" ? `${place}[${step}]` : `${place}.${snakeName(String(step))}`,
    where,
  );
}

function isOfOtherConstants(costModel: ReadProblem["costModel"]): boolean {
  return costModel.name === "calibrated" && costModel.constants !== constantsHash();
}

function networkOf(network: ReadProblem["network"], where: string): Network {
  if (network.kind === "derived") return network;
  const rows = network.gbPerSecond;
  const broken = rows.findIndex((row) => row.length !== rows.length);
  if (broken >= 0) {
    throw new InputError(
      `${where}.network.gb_per_second[${broken}]`,
      `it has ${rows[broken]!.length} bandwidths, there are ${rows.length} GPUs.`,
      RENEW,
    );
  }
  return { kind: "matrix", gpuCount: rows.length, gBytesPerSecond: Float64Array.from(rows.flat()) };
}
