import type { Highs, HighsCallbackMap, Model } from "highs";
import { type HighsArrays, toModelData } from "./highs-arrays.ts";

/**
 * One run of HiGHS. The gap in relative terms is always 0, since answers are proofs; HiGHS then stops when nothing better
 * by more than its tolerance of 1e-6 (or by a whole unit, where the objective is whole) is left.
 */
export interface HighsJob {
  readonly arrays: HighsArrays;
  readonly randomSeed: number;
  /** In the objective's unit. */
  readonly absoluteGap: number;
  /** Seconds; null for no limit. */
  readonly timeLimitSeconds: number | null;
  /** One value a column to start from, or null. */
  readonly start: Float64Array | null;
  /**
   * Whether whole numbers have to be whole to 1e-9 instead of HiGHS's 1e-6. A hundred-millionth of an instance at a price of
   * 10⁸ units is otherwise as good as free, and the bound ends below what whole instances cost.
   */
  readonly isStrict: boolean;
  /** Whether solutions are also looked for by heuristics: of no use where the best one is known. */
  readonly hasHeuristics: boolean;
  /** When the model turns out infeasible, also find rows that cannot hold together. For linear programs. */
  readonly wantsConflict: boolean;
  /** When the model is solved, also hand over the duals of its rows. For linear programs. */
  readonly wantsDuals: boolean;
}

/** What a run tells while it runs. Nothing here may call the model. */
export interface HighsHooks {
  /** Asked at every checkpoint of the search; true ends the run. */
  isCancelled(): boolean;
  /** A better solution was found; `values` is a copy. */
  onImproving(values: Float64Array): void;
  /** The bound proven so far, in the objective's unit; told only when there is one. */
  onProgress(bound: number): void;
}

/** How a run ended, before anyone checked it. */
type HighsEnd =
  | "optimal"
  | "infeasible"
  | "unbounded_or_infeasible"
  | "unbounded"
  | "limit"
  | "error";

/** Positions of rows and of columns (their bounds). */
interface HighsConflict {
  readonly rows: Int32Array;
  readonly columns: Int32Array;
}

export interface HighsAnswer {
  readonly end: HighsEnd;
  /** HiGHS's number for the end, for messages. */
  readonly modelStatus: number;
  /** Null when there is no solution: HiGHS would give zeros. */
  readonly values: Float64Array | null;
  /** Meaningful only with values. */
  readonly objective: number;
  /** -Infinity when nothing is proven. */
  readonly bound: number;
  /** What cannot hold together, none of it to be left out; null when not asked for or not found. */
  readonly conflict: HighsConflict | null;
  /** Duals of the rows; null when not asked for or not known. */
  readonly rowDuals: Float64Array | null;
}

const STRICT_TOLERANCE = 1e-9;

/** Progress is told at most this often, in milliseconds. */
const PROGRESS_INTERVAL_MS = 100;

/**
 * Runs one job on a loaded HiGHS module, blocking the thread, and frees its memory whatever happens.
 *
 * @throws whatever the module throws when it aborts or refuses the model; the module is then not to be used again.
 */
export function runHighsJob(highs: Highs, job: HighsJob, hooks: HighsHooks): HighsAnswer {
  const model = highs.createModel(toModelData(job.arrays));
  try {
    const isMixed = job.arrays.integrality !== null;
    model.options.set(optionsOf(highs, job));
    if (isMixed && job.start !== null) model.setSolution({ colValue: job.start });
    const { modelStatus } = model.run(
      isMixed ? mixedCallbacks(highs, hooks) : linearCallbacks(highs, hooks),
    );
    return readAnswer(highs, model, modelStatus, job);
  } finally {
    model.dispose();
  }
}

function optionsOf(highs: Highs, job: HighsJob): Record<string, boolean | number | string> {
  return {
    // With output off HiGHS does not report progress either; the console stays silent all the same.
    output_flag: true,
    log_to_console: false,
    mip_rel_gap: 0,
    mip_abs_gap: job.absoluteGap,
    random_seed: job.randomSeed,
    // Presolve has called feasible models infeasible and dear solutions optimal (1.15.3: test/milp/presolve-optimum.test.ts), and its search
    // for dominated columns, pair by pair, takes minutes for wide models.
    presolve: "off",
    ...(job.hasHeuristics
      ? {}
      : { mip_heuristic_effort: 0, mip_heuristic_run_feasibility_jump: false }),
    ...(job.isStrict ? { mip_feasibility_tolerance: STRICT_TOLERANCE } : {}),
    // The default strategy finds no rows.
    ...(job.wantsConflict ? { iis_strategy: highs.constants.iis.strategyRowPriority } : {}),
    // An infinite limit is refused, so no limit means that the option stays unset.
    ...(job.timeLimitSeconds === null ? {} : { time_limit: job.timeLimitSeconds }),
  };
}

function readAnswer(
  highs: Highs,
  model: Model,
  modelStatus: number,
  { arrays, wantsConflict, wantsDuals }: HighsJob,
): HighsAnswer {
  const isMixed = arrays.integrality !== null;
  const end = endOf(highs, modelStatus);
  const { feasible } = highs.constants.solutionStatus;
  const hasSolution = model.info.get("primal_solution_status") === feasible;
  const hasDuals = wantsDuals && model.info.get("dual_solution_status") === feasible;
  const objective = Number(model.info.get("objective_function_value"));
  let bound = -Infinity;
  if (isMixed) bound = Number(model.info.get("mip_dual_bound"));
  // A linear program has no search tree: its optimum is its bound.
  else if (end === "optimal") bound = objective;
  return {
    end,
    modelStatus,
    values: hasSolution ? model.getSolution().colValue : null,
    objective,
    bound: Number.isNaN(bound) ? -Infinity : bound,
    rowDuals: hasDuals ? model.getSolution().rowDual : null,
    conflict: wantsConflict && end === "infeasible" ? conflictOf(highs, model) : null,
  };
}

function conflictOf(highs: Highs, model: Model): HighsConflict {
  const { rowIndex, colIndex, colBound } = model.getIis();
  // A column that only occurs in the rows, without a bound of its own at work, is innocent.
  const columns = colIndex.filter((_, i) => colBound[i] !== highs.constants.iis.boundFree);
  return { rows: rowIndex, columns };
}

function endOf(highs: Highs, modelStatus: number): HighsEnd {
  const codes = highs.constants.modelStatus;
  switch (modelStatus) {
    case codes.optimal:
      return "optimal";
    case codes.infeasible:
      return "infeasible";
    case codes.unboundedOrInfeasible:
      return "unbounded_or_infeasible";
    case codes.unbounded:
      return "unbounded";
    case codes.timeLimit:
    case codes.iterationLimit:
    case codes.solutionLimit:
    case codes.interrupted:
      return "limit";
    default:
      return "error";
  }
}

function mixedCallbacks(highs: Highs, hooks: HighsHooks): HighsCallbackMap {
  const channel = highs.constants.callbackType;
  let toldAt = -Infinity;
  return {
    [channel.mipImprovingSolution](event): undefined {
      if (event.data.mip_solution !== undefined) hooks.onImproving(event.data.mip_solution);
    },
    [channel.mipLogging](event): undefined {
      const bound = event.data.mip_dual_bound;
      const now = Date.now();
      if (bound === undefined || !Number.isFinite(bound) || now - toldAt < PROGRESS_INTERVAL_MS) {
        return;
      }
      toldAt = now;
      hooks.onProgress(bound);
    },
    [channel.mipInterrupt](event): undefined {
      if (hooks.isCancelled()) event.interrupt();
    },
  };
}

function linearCallbacks(highs: Highs, hooks: HighsHooks): HighsCallbackMap {
  const channel = highs.constants.callbackType;
  return {
    [channel.simplexInterrupt](event): undefined {
      if (hooks.isCancelled()) event.interrupt();
    },
    [channel.ipmInterrupt](event): undefined {
      if (hooks.isCancelled()) event.interrupt();
    },
  };
}
