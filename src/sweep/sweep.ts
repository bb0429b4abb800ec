import { launcherOf, withStart } from "../export/startable.ts";
import { evaluate } from "../placement/evaluate.ts";
import { evenSplit } from "../placement/even-split.ts";
import type { Problem } from "../placement/problem.ts";
import type { RunOutcome } from "./record.ts";
import { type RunParameters, runPoint } from "./run.ts";

/** A run and what came of it. */
export interface RunResult {
  readonly run: RunParameters;
  readonly outcome: RunOutcome;
}

/** Runs one after the other, each when it is asked for: a sweep may be stopped anywhere. */
export function* sweep(problem: Problem, runs: Iterable<RunParameters>): Generator<RunResult> {
  for (const run of runs) yield { run, outcome: evaluateRun(problem, run) };
}

function evaluateRun(problem: Problem, run: RunParameters): RunOutcome {
  const split = evenSplit(problem, run, runPoint(run));
  if (split.status === "placement") {
    return withStart(launcherOf(problem), problem, evaluate(problem, split.placement));
  }
  return {
    status: "INFEASIBLE",
    placement: null,
    error: split.error,
    violations: [],
    warnings: [],
  };
}
