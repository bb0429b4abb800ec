import type { Model as JslpModel, SolveResult } from "javascript-lp-solver";
import { type CheckedSolution, checkSolution } from "./check.ts";
import { describeError } from "./describe-error.ts";
import { type JslpRun, runJslp } from "./jslp-run.ts";
import type { MilpBackend, MilpColumn, MilpModel, MilpOptions, MilpOutcome } from "./model.ts";
import { failed, limitOutcome } from "./outcome.ts";
import { decideTrivially, wholeLower, wholeUpper } from "./presolve.ts";
import { objectiveTolerance } from "./tolerance.ts";
import { validateModel, validateOptions } from "./validate.ts";

/** Beyond this many integer columns its plain branch and bound does not end in useful time. */
const MOST_INTEGER_COLUMNS = 500;

/** It keeps one dense table of rows times columns; this many numbers are 64 MB, and it copies the table. */
const MOST_TABLE_CELLS = 8_000_000;

/**
 * javascript-lp-solver: a small solver in plain JavaScript, for cross-checks and tiny models. It blocks the thread, sees
 * neither gap nor cancellation while it runs, and knows no bound before it has the optimum. Its answers are checked, since
 * at a time limit it calls anything feasible, and a model it cannot hold is refused.
 */
export function createJslp(): MilpBackend {
  let isDisposed = false;
  return {
    name: "jslp",
    decidesEveryCase: true,
    solve: async (model, options = {}) =>
      isDisposed ? failed("the back end was disposed") : solve(model, options),
    dispose: async () => {
      isDisposed = true;
    },
  };
}

async function solve(model: MilpModel, options: MilpOptions): Promise<MilpOutcome> {
  validateModel(model);
  validateOptions(model, options);
  const trivial = decideTrivially(model);
  if (trivial !== null) return trivial;
  const tooLarge = refusal(model);
  if (tooLarge !== null) return failed(tooLarge);

  const start = options.start && checkSolution(model, options.start);
  const known = start?.ok ? start.solution : null;
  const { timeLimitSeconds = Infinity, signal } = options;
  if (signal?.aborted || timeLimitSeconds === 0) return limitOutcome(model, known, -Infinity);

  const substitutions = model.columns.map(substitutionOf);
  const translated = translate(model, substitutions);
  try {
    const run = await runJslp(translated, timeLimitSeconds);
    return judge(model, known, substitutions, run);
  } catch (error) {
    return failed(`javascript-lp-solver stopped with ${describeError(error)}`);
  }
}

function judge(
  model: MilpModel,
  known: CheckedSolution | null,
  substitutions: readonly Substitution[],
  { result, isTimeUp }: JslpRun,
): MilpOutcome {
  const offsetCost = substitutions.reduce(
    (sum, { offset }, index) => sum + model.columns[index]!.cost * offset,
    0,
  );
  const check =
    result?.feasible !== true
      ? null
      : checkSolution(
          model,
          substitutions.map((substitution) => columnValue(substitution, result)),
          { objective: result.result + offsetCost },
        );
  if (isTimeUp) {
    const isBetter = check?.ok && (known === null || check.solution.objective < known.objective);
    return limitOutcome(model, isBetter ? check.solution : known, -Infinity);
  }
  if (result?.bounded === false) {
    return failed("the model is unbounded: its objective falls without end");
  }
  if (check === null) {
    return known === null
      ? { status: "infeasible" }
      : failed(`the model was called infeasible, but a solution of ${known.objective} is known`);
  }
  if (!check.ok) return failed(`its solution does not hold: ${check.reason}`);
  const { objective } = check.solution;
  if (known !== null && objective > known.objective + objectiveTolerance(objective)) {
    return failed(`it called ${objective} optimal, but a solution of ${known.objective} is known`);
  }
  return { status: "optimal", ...check.solution, bound: objective };
}

function refusal(model: MilpModel): string | null {
  const integerCount = model.columns.filter((column) => column.integer).length;
  if (integerCount > MOST_INTEGER_COLUMNS) {
    return `${integerCount} integer columns are more than the ${MOST_INTEGER_COLUMNS} that javascript-lp-solver is trusted with`;
  }
  // Every row may take two lines and every column one for its upper bound.
  const cells = (2 * model.rows.length + model.columns.length + 1) * (model.columns.length + 1);
  return cells > MOST_TABLE_CELLS
    ? `a table of ${cells} numbers is more than the ${MOST_TABLE_CELLS} that javascript-lp-solver is trusted with`
    : null;
}

/**
 * A column as javascript-lp-solver can hold it, whose variables are all ≥ 0: column = offset + Σ sign · variable, with the
 * variable at most `upper`.
 */
interface Substitution {
  readonly offset: number;
  readonly variables: readonly { readonly id: string; readonly sign: 1 | -1 }[];
  readonly upper: number;
}

function substitutionOf(column: MilpColumn, index: number): Substitution {
  const lower = wholeLower(column);
  const upper = wholeUpper(column);
  if (lower === upper) return { offset: lower, variables: [], upper: 0 };
  if (lower !== -Infinity) {
    return { offset: lower, variables: [{ id: `p${index}`, sign: 1 }], upper: upper - lower };
  }
  if (upper !== Infinity) {
    return { offset: upper, variables: [{ id: `n${index}`, sign: -1 }], upper: Infinity };
  }
  return {
    offset: 0,
    variables: [
      { id: `p${index}`, sign: 1 },
      { id: `n${index}`, sign: -1 },
    ],
    upper: Infinity,
  };
}

function columnValue({ offset, variables }: Substitution, result: SolveResult): number {
  // Variables at zero are left out of the result.
  return variables.reduce((sum, { id, sign }) => sum + sign * Number(result[id] ?? 0), offset);
}

function translate(model: MilpModel, substitutions: readonly Substitution[]): JslpModel {
  const constraints: Record<string, { min?: number; max?: number; equal?: number }> = {};
  const variables: Record<string, Record<string, number>> = {};
  const ints: Record<string, boolean> = {};
  substitutions.forEach((substitution, index) => {
    const column = model.columns[index]!;
    for (const { id, sign } of substitution.variables) {
      variables[id] = { objective: sign * column.cost };
      if (column.integer) ints[id] = true;
      if (substitution.upper === Infinity) continue;
      constraints[`bound${index}`] = { max: substitution.upper };
      variables[id][`bound${index}`] = 1;
    }
  });
  model.rows.forEach((row, rowIndex) => {
    let shift = 0;
    for (const { column, coefficient } of row.terms) {
      const { offset, variables: parts } = substitutions[column]!;
      shift += coefficient * offset;
      for (const { id, sign } of parts) variables[id]![`row${rowIndex}`] = sign * coefficient;
    }
    if (row.lower === row.upper) {
      constraints[`row${rowIndex}`] = { equal: row.lower - shift };
      return;
    }
    constraints[`row${rowIndex}`] = {
      ...(row.lower === -Infinity ? {} : { min: row.lower - shift }),
      ...(row.upper === Infinity ? {} : { max: row.upper - shift }),
    };
  });
  // Its presolve forgets the cost of variables that it fixes, which spoils the objective it reports.
  return {
    optimize: "objective",
    opType: "min",
    constraints,
    variables,
    ints,
    options: { presolve: false, keep_solutions: true },
  };
}
