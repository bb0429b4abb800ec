import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { finishWrites } from "../../files/unfinished.ts";
import { writeFilesAtomic } from "../../files/write-atomic.ts";
import { csvText } from "../../input/text/csv-text.ts";
import { jsonText } from "../../json-text.ts";
import type { Evaluation } from "../../placement/evaluation.ts";
import type { SplitShape } from "../../placement/even-split.ts";
import type { Problem } from "../../placement/problem.ts";
import {
  evaluationSummary,
  FRONTIER_COLUMNS,
  frontierRow,
  noPlacementSummary,
  SUMMARY_COLUMNS,
  type SummaryRow,
  solutionSummary,
} from "../../report/summary.ts";
import type { Solution } from "../../solver/solution.ts";
import type { OperatingPoint } from "../../workload/workload.ts";

const SOLUTION = "solution.json";
const SUMMARY = "solution_summary.csv";
const FRONTIER = "frontier.csv";

/**
 * Writes the files of a solve: with a frontier, also frontier.csv.
 * @returns what to warn of: a frontier of an earlier run that was removed or stays
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
  return writeOutput(directory, json, solutionSummary(problem, solution), others);
}

/** Writes the files of an evaluated placement; returns what to warn of. @throws InputError when it fails. */
export function writeEvaluation(
  directory: string,
  problem: Problem,
  evaluation: Evaluation,
  json: object,
): string[] {
  return writeOutput(directory, json, evaluationSummary(problem, evaluation));
}

/** As `writeEvaluation`, for an even split that the pool or the model cannot hold. @throws InputError when it fails. */
export function writeNoPlacement(
  directory: string,
  problem: Problem,
  split: SplitShape,
  point: OperatingPoint,
  error: string,
  json: object,
): string[] {
  return writeOutput(directory, json, noPlacementSummary(problem, split, point, error));
}

/**
 * Writes solution.json and solution_summary.csv, and other files given, together. A frontier that the program wrote with an earlier
 * answer goes with that.
 */
function writeOutput(
  directory: string,
  json: object,
  summary: SummaryRow,
  others: ReadonlyMap<string, string> = new Map(),
): string[] {
  const frontier = others.has(FRONTIER) ? "none" : frontierIn(directory);
  writeFilesAtomic(
    directory,
    new Map([
      [SOLUTION, `${jsonText(json, 2)}\n`],
      [SUMMARY, csvText(SUMMARY_COLUMNS, [summary])],
      ...others,
    ]),
    new Set(),
    frontier === "own" ? [FRONTIER] : [],
  );
  if (frontier === "none") return [];
  const path = `${directory}/${FRONTIER}`;
  return [
    frontier === "own"
      ? `${path} was from an earlier run and has been removed.`
      : `${path} is not from this run.`,
  ];
}

/** A frontier that lies in a directory; "other": not one that the program wrote. */
function frontierIn(directory: string): "none" | "own" | "other" {
  if (existsSync(directory)) finishWrites(directory);
  const path = join(directory, FRONTIER);
  if (!existsSync(path)) return "none";
  const header = csvText(FRONTIER_COLUMNS, []);
  return statSync(path).isFile() && readFileSync(path, "latin1").startsWith(header)
    ? "own"
    : "other";
}
