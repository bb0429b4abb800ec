import { InputError } from "../../errors.ts";
import { launcherOf, withStart } from "../../export/startable.ts";
import type { ExportForm } from "../../export/targets.ts";
import { jsonText } from "../../json-text.ts";
import type { MilpBackend } from "../../milp/model.ts";
import type { Evaluation } from "../../placement/evaluation.ts";
import { evenSplit, type SplitShape } from "../../placement/even-split.ts";
import { placementAt } from "../../placement/placement.ts";
import type { Problem } from "../../placement/problem.ts";
import { evaluationJson, mergeWarnings, noPlacementJson } from "../../report/json.ts";
import { planWarnings } from "../../report/plan-warnings.ts";
import type { OperatingPoint, Workload } from "../../workload/workload.ts";
import { checkOutDirectory } from "../io/check-output.ts";
import { type CliIo, EXIT, printWarnings, wantsColours } from "../io/io.ts";
import { type DeployableFlags, deployableForm } from "../options/deployable.ts";
import { limitsOfFlags } from "../options/limit-options.ts";
import { readFlaggedProblem, requireFlag } from "../options/problem-flags.ts";
import type { OptimaAnswer, Rated } from "./compare-optimum.ts";
import { evaluateFile, workloadFlags } from "./evaluate-file.ts";
import { evaluateOpen, opensBatch } from "./evaluate-load.ts";
import { chooseTask, type EvaluateFlags } from "./evaluate-task.ts";

/**
 * `evaluate`: one placement, a file with one a line, or an even split.
 * @param backend what solves for --compare-optimum, freed here; null without that flag
 */
export async function runEvaluate(
  flags: EvaluateFlags,
  io: CliIo,
  backend: MilpBackend | null,
): Promise<number> {
  const startedMilliseconds = performance.now();
  try {
    return await evaluateTask(flags, io, { backend, startedMilliseconds });
  } finally {
    await backend?.dispose();
  }
}

/** What a search for the optimum needs of the command. */
interface Search {
  /** Null when no optimum is asked for. */
  readonly backend: MilpBackend | null;
  readonly startedMilliseconds: number;
}

async function evaluateTask(flags: EvaluateFlags, io: CliIo, search: Search): Promise<number> {
  const task = chooseTask(flags);
  if (flags.out !== undefined) checkOutDirectory(flags.out);
  const more = {
    limits: limitsOfFlags(flags),
    timeLimitSeconds: flags.timeLimit,
    ownedByType: flags.own,
  };
  if (task.kind === "file") {
    const { path, problem, evaluation, hasOwnBatch } = await evaluateFile(
      task.path,
      flags,
      io,
      more,
    );
    if (flags.compareOptimum) requireWholePool(problem, path);
    return answer(problem, evaluation, hasOwnBatch, flags, io, search);
  }
  const problem = await readFlaggedProblem(flags, io, more);
  switch (task.kind) {
    case "lines": {
      const { evaluateLines } = await import("./evaluate-lines.ts");
      const starter = starterOf(flags, problem);
      const loadFlags = workloadFlags(flags, problem.workload);
      return evaluateLines(problem, task.path, loadFlags, starter, io);
    }
    case "split": {
      const point = splitPoint(problem.workload);
      const split = evenSplit(problem, task.split, point);
      const hasOwnBatch = !opensBatch(problem.workload);
      return split.status === "placement"
        ? answer(problem, evaluateOpen(problem, split.placement), hasOwnBatch, flags, io, search)
        : answerNoPlacement(problem, task.split, point, split.error, flags, io, search);
    }
  }
}

/** The best of a pool is not known where only a part of it is stored. */
function requireWholePool({ poolTypesLeftOut }: Problem, path: string): void {
  if (poolTypesLeftOut === undefined) return;
  throw new InputError(
    "--compare-optimum",
    `${path} contains only the instance types of its placements; ${poolTypesLeftOut} others of the pool are left out.`,
    "Also give the flags or the --config of the solve.",
  );
}

/**
 * The operating point of an even split: the smallest batch (source: reference model, "Even split"), or where the load decides
 * the batch, one sequence to begin with.
 */
function splitPoint(workload: Workload): OperatingPoint {
  const { phase, inputTokens, outputTokens, minBatch } = workload;
  const hint = (flag: string, key: string): string => `Give ${flag}, or ${key} in config.csv.`;
  const needed = <T>(value: T | null, flag: string, key: string): T =>
    requireFlag(flag, value ?? undefined, hint(flag, key));
  return {
    phase: needed(phase, "--phase", "workload_phase"),
    batch: opensBatch(workload) ? 1 : needed(minBatch, "--min-batch-size", "min_batch_size"),
    inputTokens: needed(inputTokens, "--input-length", "sequence_length"),
    outputTokens: needed(outputTokens, "--output-length", "output_length"),
  };
}

async function answer(
  problem: Problem,
  evaluated: Evaluation,
  hasOwnBatch: boolean,
  flags: EvaluateFlags,
  io: CliIo,
  search: Search,
): Promise<number> {
  const starter = starterOf(flags, problem);
  const evaluation = withStart(starter, problem, evaluated);
  const warnings = mergeWarnings(
    problem.warnings,
    evaluation.warnings,
    evaluation.status === "SUCCESS" ? planWarnings(problem, evaluation) : [],
  );
  const metrics = evaluation.status === "SUCCESS" ? evaluation.metrics : null;
  const rated = { placement: evaluation.placement, metrics, hasOwnBatch };
  const optima = await findOptima(problem, rated, flags, io, search);
  const json = { ...evaluationJson(problem, evaluation, warnings), ...optima?.json };
  const stale: string[] = [];
  if (flags.out !== undefined) {
    const { writeEvaluation } = await import("../io/write-output.ts");
    stale.push(...writeEvaluation(flags.out, problem, evaluation, json));
  }
  await printWarnings(io, [...warnings, ...stale]);
  if (flags.json) {
    await io.stdout.write(`${jsonText(json)}\n`);
  } else {
    const { renderEvaluation, createColours } = await import("./evaluate-report.ts");
    const colours = createColours(wantsColours(io));
    await io.stdout.write(renderEvaluation(problem, evaluation, colours));
    if (optima) await io.stdout.write(`\n${optima.render(colours)}`);
  }
  return metrics ? (optima?.exitCode ?? EXIT.ok) : EXIT.infeasible;
}

async function answerNoPlacement(
  problem: Problem,
  split: SplitShape,
  point: OperatingPoint,
  error: string,
  flags: EvaluateFlags,
  io: CliIo,
  search: Search,
): Promise<number> {
  const placement = placementAt(point, []);
  const hasOwnBatch = !opensBatch(problem.workload);
  const rated = { placement, metrics: null, hasOwnBatch };
  const optima = await findOptima(problem, rated, flags, io, search);
  const json = { ...noPlacementJson(problem, error, problem.warnings), ...optima?.json };
  const stale: string[] = [];
  if (flags.out !== undefined) {
    const { writeNoPlacement } = await import("../io/write-output.ts");
    stale.push(...writeNoPlacement(flags.out, problem, split, point, error, json));
  }
  await printWarnings(io, [...problem.warnings, ...stale]);
  if (flags.json) {
    await io.stdout.write(`${jsonText(json)}\n`);
  } else {
    const { renderNoPlacement, createColours } = await import("./evaluate-report.ts");
    const colours = createColours(wantsColours(io));
    await io.stdout.write(renderNoPlacement(error, colours));
    if (optima) await io.stdout.write(`\n${optima.render(colours)}`);
  }
  return EXIT.infeasible;
}

/** The optima that a placement is held against; null when none is asked for. */
async function findOptima(
  problem: Problem,
  rated: Rated,
  flags: EvaluateFlags,
  io: CliIo,
  { backend, startedMilliseconds }: Search,
): Promise<OptimaAnswer | null> {
  if (backend === null) return null;
  const { compareOptimum } = await import("./compare-optimum.ts");
  return compareOptimum(
    problem,
    rated,
    { objective: flags.objective, starter: starterOf(flags, problem) },
    backend,
    startedMilliseconds,
    io,
  );
}

/**
 * What starts an evaluated placement: the target asked for, else the launcher of the problem's engine; null: nothing is asked for.
 * @throws InputError as `deployableForm` does
 */
function starterOf(flags: DeployableFlags, problem: Problem): ExportForm | null {
  const asked = deployableForm(flags);
  return asked === undefined ? launcherOf(problem) : asked;
}
