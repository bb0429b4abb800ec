import { ascending } from "../lists.ts";
import { type OperatingPoint, PHASES, type Phase } from "../workload/workload.ts";

/** One run of a sweep: an even split of the model over instances of one family, at one operating point. */
export interface RunParameters {
  /** Name of the instance type. */
  readonly family: string;
  readonly tpDegree: number;
  readonly ppStages: number;
  /** Input and output tokens of a sequence. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** The run is evaluated at `minBatch`; `maxBatch` is only part of its name, as in the founding program. */
  readonly minBatch: number;
  readonly maxBatch: number;
  readonly phase: Phase;
}

/** The operating point of a run: its smallest batch. Source: reference model, "Even split". */
export function runPoint(run: RunParameters): OperatingPoint {
  return {
    phase: run.phase,
    batch: run.minBatch,
    inputTokens: run.inputTokens,
    outputTokens: run.outputTokens,
  };
}

/**
 * The order of runs everywhere: phase, family by name, stages, TP degree, lengths, batches. It does not depend on the order
 * of the pool's rows or of the choices (invariant 8). Two runs compare as 0 exactly when all their parameters agree.
 */
export function compareRuns(a: RunParameters, b: RunParameters): number {
  return (
    PHASES.indexOf(a.phase) - PHASES.indexOf(b.phase) ||
    ascending(a.family, b.family) ||
    a.ppStages - b.ppStages ||
    a.tpDegree - b.tpDegree ||
    a.inputTokens - b.inputTokens ||
    a.outputTokens - b.outputTokens ||
    a.minBatch - b.minBatch ||
    a.maxBatch - b.maxBatch
  );
}
