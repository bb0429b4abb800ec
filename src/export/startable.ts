import { ENGINE_TABLE } from "../engines/engines.ts";
import type { Evaluation } from "../placement/evaluation.ts";
import type { Placement } from "../placement/placement.ts";
import type { Problem } from "../placement/problem.ts";
import { type ExportLimit, limitsOf } from "./limits.ts";
import { type ExportForm, FORMS } from "./targets.ts";

/** What starts the placements of a problem by default; null where the cost model stands for no engine, or for one without launch files. */
export function launcherOf({ engine }: Pick<Problem, "engine">): ExportForm | null {
  return engine ? ENGINE_TABLE[engine.engine].plan.launchedAs : null;
}

/** Why a launcher cannot start an evaluated placement; empty: it can. One half of disaggregated serving is started like any other. */
export function startLimits(
  form: ExportForm,
  problem: Problem,
  placement: Placement,
): ExportLimit[] {
  return limitsOf(form, problem, placement).filter(({ rule }) => rule !== "phase");
}

/** An evaluation that warns as well of what keeps a launcher from starting the placement; null: nothing has to. */
export function withStart(
  form: ExportForm | null,
  problem: Problem,
  evaluation: Evaluation,
): Evaluation {
  if (form === null || evaluation.status !== "SUCCESS") return evaluation;
  const warnings = startLimits(form, problem, evaluation.placement).map(
    ({ message }) => `${FORMS[form].title} cannot start this placement: ${message}`,
  );
  return { ...evaluation, warnings: [...evaluation.warnings, ...warnings] };
}
