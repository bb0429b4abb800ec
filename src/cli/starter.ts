import { launcherOf, startWarnings } from "../export/startable.ts";
import type { ExportForm } from "../export/targets.ts";
import type { Evaluation } from "../placement/evaluation.ts";
import type { Problem } from "../placement/problem.ts";
import { type DeployableFlags, deployableForm } from "./deployable.ts";

/**
 * What starts an evaluated placement: the target asked for, else the launcher of the problem's engine; null: nothing is asked for.
 * @throws InputError as `deployableForm` does
 */
export function starterOf(flags: DeployableFlags, problem: Problem): ExportForm | null {
  const asked = deployableForm(flags);
  return asked === undefined ? launcherOf(problem) : asked;
}

/** An evaluation that says as well what keeps a placement from being started. */
export function withStart(
  starter: ExportForm | null,
  problem: Problem,
  evaluation: Evaluation,
): Evaluation {
  if (evaluation.status !== "SUCCESS") return evaluation;
  const warnings = startWarnings(starter, problem, evaluation.placement);
  return warnings.length === 0
    ? evaluation
    : { ...evaluation, warnings: [...evaluation.warnings, ...warnings] };
}
