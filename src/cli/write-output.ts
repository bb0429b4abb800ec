import { existsSync } from "node:fs";
import { join } from "node:path";
import { csvText } from "../files/csv-text.ts";
import { writeFilesAtomic } from "../files/write-atomic.ts";
import { jsonText } from "../json-text.ts";
import type { Evaluation } from "../placement/evaluation.ts";
import type { SplitShape } from "../placement/even-split.ts";
import type { Problem } from "../placement/problem.ts";
import {
  evaluationSummary,
  FRONTIER_COLUMNS,
  frontierRow,
  noPlacementSummary,
  SUMMARY_COLUMNS,
  type SummaryRow,
  solutionSummary,
} from "../report/summary.ts";
import type { Solution } from "../solver/solution.ts";
import type { OperatingPoint } from "../workload/workload.ts";

const SOLUTION = "solution.json";
const SUMMARY = "solution_summary.csv";
const FRONTIER = "frontier.csv";

/**
 * Writes the files of a solve: with a frontier, also frontier.csv.
 * @returns what to warn of: a frontier that an earlier run left there
 * @throws InputError when it fails
 */
export function writeSolution(
  directory: string,
  problem: Problem,
  solution: Solution,
  json: object,
): string[] {
  const { frontier } = solution;
  const others = new Map<string, string>();
  if (frontier) {
    const rows = frontier.map((point) => frontierRow(problem, point));
    others.set(FRONTIER, csvText(FRONTIER_COLUMNS, rows));
  }
  const isStale = !frontier && existsSync(join(directory, FRONTIER));
  writeOutput(directory, json, solutionSummary(problem, solution), others);
  return isStale ? [`${directory}/${FRONTIER} is of an earlier run.`] : [];
}

/** Writes the files of an evaluated placement. @throws InputError when it fails. */
export function writeEvaluation(
  directory: string,
  problem: Problem,
  evaluation: Evaluation,
  json: object,
): void {
  writeOutput(directory, json, evaluationSummary(problem, evaluation));
}

/** Writes the files of an even split that the pool or the model cannot hold. @throws InputError when it fails. */
export function writeNoPlacement(
  directory: string,
  problem: Problem,
  split: SplitShape,
  point: OperatingPoint,
  error: string,
  json: object,
): void {
  writeOutput(directory, json, noPlacementSummary(problem, split, point, error));
}

/** Writes solution.json and solution_summary.csv, and other files given, together. */
function writeOutput(
  directory: string,
  json: object,
  summary: SummaryRow,
  others: ReadonlyMap<string, string> = new Map(),
): void {
  writeFilesAtomic(
    directory,
    new Map([
      [SOLUTION, `${jsonText(json, 2)}\n`],
      [SUMMARY, csvText(SUMMARY_COLUMNS, [summary])],
      ...others,
    ]),
  );
}
