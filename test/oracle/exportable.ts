import { expect } from "vitest";
import { InputError } from "../../src/errors.ts";
import { deployableRequest } from "../../src/export/deployable.ts";
import { limitsOf } from "../../src/export/limits.ts";
import type { ExportForm } from "../../src/export/targets.ts";
import type { Metrics } from "../../src/placement/evaluation.ts";
import type { Placement } from "../../src/placement/placement.ts";
import type { Problem } from "../../src/placement/problem.ts";
import type { SolveRequest } from "../../src/solver/request.ts";
import type { OperatingPoint } from "../../src/workload/workload.ts";
import type { Outcome } from "./brute-force.ts";

/** A placement with what is said of it. */
export interface Judged {
  readonly placement: Placement;
  readonly metrics: Metrics;
  readonly point: OperatingPoint;
}

export type Visit = (
  visit: (metrics: Metrics, point: OperatingPoint, placement: Placement) => void,
) => void;

export function collected(walk: Visit): Judged[] {
  const all: Judged[] = [];
  walk((metrics, point, placement) => all.push({ placement, metrics, point }));
  return all;
}

export function outcomeOf({ metrics, point }: Judged): Outcome {
  return {
    point,
    stages: metrics.num_pipeline_stages,
    microUsdPerHour: Math.round(metrics.cost_per_hour * 1e6),
    instances: metrics.num_instances,
    gpus: metrics.num_gpus_rented,
    crossings: metrics.links.filter((link) => link.crosses_instances).length,
    isUniform: new Set(metrics.stages.map((stage) => stage.tp_degree)).size === 1,
    tokensPerSecond: metrics.throughput_tokens_per_sec,
    seats: [],
  };
}

export function exportable(form: ExportForm, problem: Problem, all: readonly Judged[]): Judged[] {
  return all.filter(({ placement }) => limitsOf(form, problem, placement).length === 0);
}

/** The request of what a form can say; null where nothing can be exported whatever the placement, which the enumeration has to confirm. */
export function restricted(
  form: ExportForm,
  problem: Problem,
  request: SolveRequest,
  all: readonly Judged[],
): SolveRequest | null {
  try {
    return deployableRequest(form, problem, request);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    expect(exportable(form, problem, all)).toEqual([]);
    return null;
  }
}
