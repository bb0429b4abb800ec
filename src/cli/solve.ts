import { InputError } from "../errors.ts";
import type { Problem } from "../placement/problem.ts";
import { mergeWarnings, solutionJson } from "../report/json.ts";
import type { MilpBackend } from "../solver/milp/model.ts";
import type { SolveRequest } from "../solver/request.ts";
import type { Solution } from "../solver/solution.ts";
import { checkOutDirectory, checkOutFile } from "./check-output.ts";
import { type CliIo, EXIT, printWarnings, type SolverName, wantsColours } from "./io.ts";
import { type OwnedFlag, type ProblemFlagValues, readFlaggedProblem } from "./problem-flags.ts";
import type { Report } from "./solve-report.ts";
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
  /** Per cent. */
  readonly safetyMargin?: number;
  readonly timeLimit?: number;
  readonly solver?: SolverName;
  readonly exportModel?: string;
  readonly out?: string;
  readonly json?: true;
}

const MS_PER_SECOND = 1000;
const PER_CENT = 100;

/** `solve`: the best placement with its proof. `backend` is freed here. */
export async function runSolve(
  flags: SolveFlags,
  io: CliIo,
  backend: MilpBackend,
): Promise<number> {
  const startedMilliseconds = performance.now();
  try {
    if (flags.exportModel !== undefined) checkModelPath(flags.exportModel);
    if (flags.out !== undefined) checkOutDirectory(flags.out);
    const problem = readFlaggedProblem(flags, {
      limits: {
        maxHourlyCostUsd: flags.maxHourlyCost,
        maxCostPerMillionTokenUsd: flags.maxCostPerMillionToken,
        maxTotalCostUsd: flags.maxTotalCost,
        maxTotalRuntimeHours: flags.maxTotalRuntimeHours,
        minTokensPerSecond: flags.minThroughput,
        maxTtftSeconds: divided(flags.maxTtftMs, MS_PER_SECOND),
        maxTpotSeconds: divided(flags.maxTpotMs, MS_PER_SECOND),
        latencySafetyMargin: divided(flags.safetyMargin, PER_CENT),
      },
      timeLimitSeconds: flags.timeLimit,
      ownedByType: flags.own,
    });
    const request = requestOf(flags, problem.workload);
    checkChoiceLeft(problem, request);
    // What is left to load and to compute is done while the solver works in its own thread.
    const [solution, report] = await Promise.all([
      solveWatched(problem, request, backend, startedMilliseconds, io),
      flags.json ? null : loadReport(problem, request),
    ]);
    const warnings = mergeWarnings(problem.warnings, solution.warnings);
    if (solution.frontier_complete === false) {
      warnings.push("a limit struck before the frontier was complete.");
    }
    if (flags.exportModel !== undefined) {
      if ("placement" in solution) {
        const { writeModel } = await import("./write-model.ts");
        writeModel(flags.exportModel, problem, request, solution, backend);
      } else {
        warnings.push(`there is no answer, so ${flags.exportModel} is not written.`);
      }
    }
    const json = solutionJson(problem.workload, solution, warnings);
    const stale = flags.out === undefined ? [] : await writeOut(flags.out, problem, solution, json);
    await printWarnings(io, [...warnings, ...stale]);
    await io.stdout.write(
      report ? report(solution, wantsColours(io)) : `${JSON.stringify(json)}\n`,
    );
    if (report) {
      const seconds = (performance.now() - startedMilliseconds) / 1000;
      await io.stderr.write(`done in ${seconds.toFixed(2)} s\n`);
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

async function loadReport(problem: Problem, request: SolveRequest): Promise<Report> {
  const { prepareReport } = await import("./solve-report.ts");
  return prepareReport(problem, request);
}

/** Writes the files of `--out`; returns what to warn of. */
async function writeOut(
  directory: string,
  problem: Problem,
  solution: Solution,
  json: object,
): Promise<readonly string[]> {
  const { writeSolution } = await import("./write-output.ts");
  return writeSolution(directory, problem, solution, json);
}

function divided(value: number | undefined, by: number): number | undefined {
  return value === undefined ? undefined : value / by;
}

/** The ending of the file chooses its format. */
function checkModelPath(path: string): void {
  checkOutFile("--export-model", path);
  if (/\.(lp|mps)$/i.test(path)) return;
  throw new InputError(
    "--export-model",
    `"${path}" ends neither in .lp nor in .mps.`,
    "Give FILE.lp or FILE.mps: the ending chooses the format.",
  );
}
