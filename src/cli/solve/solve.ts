import { InputError } from "../../errors.ts";
import { readServedProblem } from "../../files/read-problem.ts";
import { jsonText } from "../../json-text.ts";
import type { MilpBackend } from "../../milp/model.ts";
import type { Problem } from "../../placement/problem.ts";
import { leftOut } from "../../placement/tp-shape.ts";
import { mergeWarnings, solutionJson } from "../../report/json.ts";
import { planWarnings } from "../../report/plan-warnings.ts";
import type { SolveRequest } from "../../solver/request.ts";
import type { Solution } from "../../solver/solution.ts";
import type { solve } from "../../solver/solve.ts";
import { checkOutDirectory, checkOutFile } from "../io/check-output.ts";
import {
  type CliIo,
  EXIT,
  printNote,
  printWarnings,
  type SolverName,
  wantsColours,
} from "../io/io.ts";
import { type DeployableFlags, deployableForm } from "../options/deployable.ts";
import { type LimitFlags, limitsOfFlags } from "../options/limit-options.ts";
import {
  type OwnedFlag,
  type ProblemFlagValues,
  readFlaggedProblem,
} from "../options/problem-flags.ts";
import { checkChoiceLeft, type RequestFlags, requestOf } from "./solve-request.ts";
import { solveWatched } from "./solve-with-progress.ts";

/** The flags of `solve`. */
export interface SolveFlags
  extends ProblemFlagValues,
    OwnedFlag,
    RequestFlags,
    LimitFlags,
    DeployableFlags {
  readonly timeLimit?: number;
  readonly solver?: SolverName;
  readonly exportModel?: string;
  readonly out?: string;
  readonly report?: string;
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
    if (flags.exportModel !== undefined) checkModelPath(flags.exportModel);
    if (flags.out !== undefined) checkOutDirectory(flags.out);
    if (flags.report !== undefined) checkOutFile("--report", flags.report);
    const problem = await readFlaggedProblem(
      flags,
      io,
      {
        limits: limitsOfFlags(flags),
        timeLimitSeconds: flags.timeLimit,
        ownedByType: flags.own,
      },
      readServedProblem,
    );
    const request = requestOf(withReport(flags), problem.workload);
    checkChoiceLeft(problem, request);
    const restriction = await restrictionOf(flags, problem, request);
    const asked = restriction?.request ?? request;
    // What is left to load is loaded while the solver works in its own thread.
    const [solution, report, reportFile] = await Promise.all([
      solveWatched(problem, request, backend, startedMilliseconds, io, restriction?.search),
      flags.json ? null : import("./solve-report.ts"),
      flags.report === undefined ? null : import("../io/report-file.ts"),
    ]);
    const warnings = mergeWarnings(
      problem.warnings,
      // What is asked for by name and left out is not left out in silence.
      leftOut(problem, flags.tpDegrees ?? []),
      solution.warnings,
      "placement" in solution ? planWarnings(problem, solution) : [],
    );
    if (solution.frontier_complete === false) {
      warnings.push("the search stopped before the frontier was complete.");
    }
    if (flags.exportModel !== undefined) {
      if ("placement" in solution) {
        const { writeModel } = await import("./write-model.ts");
        await writeModel(flags.exportModel, problem, asked, solution, backend);
      } else {
        warnings.push(`there is no answer, so ${flags.exportModel} was not written.`);
      }
    }
    const json = solutionJson(problem, solution, warnings);
    const stale = flags.out === undefined ? [] : await writeOut(flags.out, problem, solution, json);
    if (reportFile) {
      const input = { problem, request: asked, solution, warnings };
      reportFile.writeSolveReport(flags.report!, input, io);
    }
    await printWarnings(io, [...warnings, ...stale]);
    await io.stdout.write(
      report
        ? await report.reportOf(problem, asked, solution, wantsColours(io))
        : `${jsonText(json)}\n`,
    );
    if (report) {
      const seconds = (performance.now() - startedMilliseconds) / 1000;
      await printNote(io, `done in ${seconds.toFixed(2)} s`);
    }
    return EXIT_OF[solution.status];
  } finally {
    await backend.dispose();
  }
}

/**
 * What an answer is restricted to: the request that it is one of, and how it is found. `--deployable` asks for a target's, and for what
 * that costs; by default it is what the engine at hand can start.
 */
async function restrictionOf(
  flags: SolveFlags,
  problem: Problem,
  request: SolveRequest,
): Promise<{ readonly request: SolveRequest; readonly search: typeof solve } | null> {
  const asked = deployableForm(flags);
  if (asked === null || (asked === undefined && problem.engine === undefined)) return null;
  const [
    { deployableRequest, startableRequest },
    { solveDeployable },
    { solveStartable },
    { launcherOf },
  ] = await Promise.all([
    import("../../export/deployable.ts"),
    import("../../export/solve-deployable.ts"),
    import("../../export/solve-startable.ts"),
    import("../../export/startable.ts"),
  ]);
  if (asked !== undefined) {
    return {
      request: deployableRequest(asked, problem, request),
      search: (of, free, backend, options) => solveDeployable(of, free, asked, backend, options),
    };
  }
  const form = launcherOf(problem);
  return (
    form && {
      request: startableRequest(form, problem, request),
      search: (of, free, backend, options) => solveStartable(of, free, backend, options, form),
    }
  );
}

/** A report shows the frontier and what would change the answer. */
function withReport(flags: SolveFlags): SolveFlags {
  return flags.report === undefined ? flags : { ...flags, frontier: true, explain: true };
}

const EXIT_OF: Readonly<Record<Solution["status"], number>> = {
  optimal: EXIT.ok,
  infeasible: EXIT.infeasible,
  feasible: EXIT.notProven,
  no_solution: EXIT.notProven,
};

/** Writes the files of `--out`; returns what to warn of. */
async function writeOut(
  directory: string,
  problem: Problem,
  solution: Solution,
  json: object,
): Promise<readonly string[]> {
  const { writeSolution } = await import("../io/write-output.ts");
  return writeSolution(directory, problem, solution, json);
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
