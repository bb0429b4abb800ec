import type { CostModel } from "../cost/cost-model.ts";
import { InputError, InternalError } from "../errors.ts";
import { writeFileAtomic } from "../files/write-atomic.ts";
import type { Problem } from "../placement/problem.ts";
import { mergeWarnings, solutionJson } from "../report/json.ts";
import { createPaint } from "../report/paint.ts";
import { FRONTIER_COLUMNS, frontierRow, solutionSummary } from "../report/summary.ts";
import { renderSolution } from "../report/terminal-solution.ts";
import { bestEvenSplits } from "../solver/even-splits.ts";
import type { MilpBackend } from "../solver/milp/model.ts";
import { writeLp, writeMps } from "../solver/milp/write.ts";
import type { Solution } from "../solver/solution.ts";
import { answerModel } from "../solver/solve.ts";
import { type CliIo, EXIT, printWarnings, type SolverName, wantsColours } from "./io.ts";
import {
  checkOutDirectory,
  checkOutFile,
  csvText,
  FRONTIER,
  hasFrontier,
  writeSolution,
} from "./output-directory.ts";
import { type OwnedFlag, type ProblemFlagValues, readFlaggedProblem } from "./problem-flags.ts";
import { checkChoiceLeft, type RequestFlags, requestOf } from "./solve-request.ts";
import { solveWatched } from "./watch-solve.ts";

/** The flags of `solve`. */
export interface SolveFlags extends ProblemFlagValues, OwnedFlag, RequestFlags {
  readonly maxHourlyCost?: number;
  readonly maxCostPerMillionToken?: number;
  readonly maxTotalCost?: number;
  readonly maxTotalRuntimeHours?: number;
  readonly minThroughput?: number;
  readonly maxTtftMs?: number;
  readonly maxTpotMs?: number;
  readonly timeLimit?: number;
  readonly solver?: SolverName;
  readonly exportModel?: string;
  readonly out?: string;
  readonly json?: true;
}

/** `solve`: the best placement with its proof. `backend` is freed here. */
export async function runSolve(
  flags: SolveFlags,
  io: CliIo,
  backend: MilpBackend,
): Promise<number> {
  const startedMilliseconds = performance.now();
  try {
    const writeModel = modelWriter(flags.exportModel);
    if (flags.out !== undefined) checkOutDirectory(flags.out);
    const problem = readFlaggedProblem(flags, {
      limits: {
        maxHourlyCostUsd: flags.maxHourlyCost,
        maxCostPerMillionTokenUsd: flags.maxCostPerMillionToken,
        maxTotalCostUsd: flags.maxTotalCost,
        maxTotalRuntimeHours: flags.maxTotalRuntimeHours,
        minTokensPerSecond: flags.minThroughput,
      },
      timeLimitSeconds: flags.timeLimit,
      ownedByType: flags.own,
    });
    checkLatencyTargets(flags, problem.costModel);
    const request = requestOf(flags);
    checkChoiceLeft(problem, request);
    const solution = await solveWatched(problem, request, backend, startedMilliseconds, io);
    const warnings = mergeWarnings(problem.warnings, solution.warnings);
    if (solution.frontier_complete === false) {
      warnings.push("a limit struck before the frontier was complete.");
    }
    if (flags.exportModel !== undefined) {
      if ("placement" in solution) {
        const model = answerModel(problem, request, solution, backend);
        writeFileAtomic(flags.exportModel, writeModel(model));
      } else {
        warnings.push(`there is no answer, so ${flags.exportModel} is not written.`);
      }
    }
    const json = solutionJson(solution, warnings);
    const stale = flags.out === undefined ? [] : writeOut(flags.out, problem, solution, json);
    await printWarnings(io, [...warnings, ...stale]);
    if (flags.json) {
      await io.stdout.write(`${JSON.stringify(json)}\n`);
    } else {
      const splits = "placement" in solution ? bestEvenSplits(problem, request) : [];
      const paint = createPaint(wantsColours(io));
      await io.stdout.write(renderSolution(problem, request, solution, splits, paint));
      await io.stderr.write(
        `done in ${((performance.now() - startedMilliseconds) / 1000).toFixed(2)} s\n`,
      );
    }
    return EXIT_OF[solution.status];
  } finally {
    await backend.dispose();
  }
}

const EXIT_OF: Readonly<Record<Solution["status"], number>> = {
  optimal: EXIT.ok,
  infeasible: EXIT.infeasible,
  feasible: EXIT.notProven,
  no_solution: EXIT.notProven,
};

/** A target that the cost model cannot speak of is refused, never dropped. */
function checkLatencyTargets(flags: SolveFlags, costModel: CostModel): void {
  const flag =
    flags.maxTtftMs !== undefined
      ? "--max-ttft-ms"
      : flags.maxTpotMs !== undefined
        ? "--max-tpot-ms"
        : null;
  if (flag === null) return;
  if (costModel.predictsLatency) {
    throw new InternalError("latency targets are not handed to the search.");
  }
  throw new InputError(
    flag,
    `the cost model "${costModel.name}" predicts no latency.`,
    "Leave the target out, or use a cost model that predicts latency.",
  );
}

/** How to write the model, by the name of its file. */
function modelWriter(path: string | undefined): typeof writeLp {
  if (path === undefined) return writeLp;
  checkOutFile("--export-model", path);
  if (/\.lp$/i.test(path)) return writeLp;
  if (/\.mps$/i.test(path)) return writeMps;
  throw new InputError(
    "--export-model",
    `"${path}" ends neither in .lp nor in .mps.`,
    "Give FILE.lp or FILE.mps: the ending chooses the format.",
  );
}

/** Writes the files of `--out`; returns what to warn of. */
function writeOut(
  directory: string,
  problem: Problem,
  solution: Solution,
  json: object,
): readonly string[] {
  const { frontier } = solution;
  const others = new Map<string, string>();
  if (frontier) {
    const rows = frontier.map((point) => frontierRow(problem, point));
    others.set(FRONTIER, csvText(FRONTIER_COLUMNS, rows));
  }
  const isStale = !frontier && hasFrontier(directory);
  writeSolution(directory, json, solutionSummary(problem, solution), others);
  return isStale ? [`${directory}/${FRONTIER} is of an earlier run.`] : [];
}
