import type { Architecture } from "../model/architecture.ts";
import type { Measurement } from "./measurement.ts";
import type { RowPlan } from "./plan-row.ts";
import { type RefusedRow, type TargetRow, targetRows } from "./targets.ts";

/** What a source of measurements knows and the columns of a row have no place for; it replaces what a plan would assume. */
export interface PlanFacts {
  readonly architecture?: Architecture;
  /** Requests of the run, of the whole deployment; null when it is not known. */
  readonly requests?: number | null;
  /** Requests that arrive each second at a server that does not bound them; null in a closed loop. */
  readonly arrivalsPerSecond?: number | null;
  /** Share of the GPU memory that the engine may use, 0 to 1. */
  readonly memoryUtilization?: number;
}

/** A measured row with what else is known of it. */
export interface MeasuredRun {
  readonly measurement: Measurement;
  readonly facts: PlanFacts;
}

/** Every figure of the runs that can be compared with a prediction, and the rows that cannot. */
export function runTargets(runs: readonly MeasuredRun[]): {
  readonly rows: readonly TargetRow[];
  readonly refused: readonly RefusedRow[];
} {
  const factsOf = new Map(runs.map(({ measurement, facts }) => [measurement, facts]));
  const { rows, refused } = targetRows(runs.map(({ measurement }) => measurement));
  return {
    rows: rows.map((row) => ({
      ...row,
      plan: withFacts(row.plan, factsOf.get(row.measurement)!),
    })),
    refused,
  };
}

function withFacts(plan: RowPlan, facts: PlanFacts): RowPlan {
  const { requests } = facts;
  return {
    ...plan,
    ...facts,
    requests: requests == null ? plan.requests : requests / plan.replicas,
  };
}

/** The name of a config group, as measured rows have it: what all rows of one deployment share. */
export function configGroupName(row: Measurement): string {
  const degrees = `tp${row.tp ?? 1}|pp${row.pp ?? 1}|dp${row.dp ?? 1}`;
  return `${row.gpu}|${row.modelId}|${degrees}|w${(row.weightBytesPerParam ?? 0) * 8}|${row.engine}`;
}
