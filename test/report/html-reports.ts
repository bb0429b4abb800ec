import { createPool, type PoolEntry } from "../../src/hardware/pool.ts";
import { evaluate } from "../../src/placement/evaluate.ts";
import type { Success } from "../../src/placement/evaluation.ts";
import type { Placement, PlacementStage } from "../../src/placement/placement.ts";
import type { Problem } from "../../src/placement/problem.ts";
import { renderSolveReport, type SolveReportInput } from "../../src/report/html/solve-report.ts";
import { renderSweepReport, type SweepReportInput } from "../../src/report/html/sweep-report.ts";
import { type SummarisedRun, sweepJson } from "../../src/report/sweep.ts";
import { DEFAULT_REQUEST } from "../../src/solver/request.ts";
import type {
  Answer,
  FrontierPoint,
  NoAnswer,
  PriceRise,
  Sensitivity,
} from "../../src/solver/solution.ts";
import { bestRuns } from "../../src/sweep/best.ts";
import { createGrid } from "../../src/sweep/grid.ts";
import { runRecord } from "../../src/sweep/record.ts";
import { sweep } from "../../src/sweep/sweep.ts";
import { NO_LIMITS } from "../../src/workload/workload.ts";
import { calibratedProblem, defaultSettings, LLAMA_70B } from "../support/calibrated.ts";
import { FOUNDING_POOL } from "../support/founding.ts";
import { answerOf } from "./placements.ts";

const POINT = {
  batch_size: 32,
  sequence_length: 2048,
  output_length: 512,
  workload_phase: "aggregated",
} as const;

/** Types, the index of the instance, its TP degree and layers, stage by stage. */
type Cut = readonly (readonly [type: string, index: number, tpDegree: number, layers: number])[];

function placementOf(cut: Cut): Placement {
  let next = 1;
  const stages = cut.map(([type, index, tp_degree, layers]): PlacementStage => {
    const start_layer = next;
    next += layers;
    return { gpu_type: `${type}#${index}`, tp_degree, start_layer, end_layer: next - 1 };
  });
  return { ...POINT, stages };
}

/** Evaluates a placement that keeps all rules. */
function successOf(problem: Problem, cut: Cut): Success {
  const evaluation = evaluate(problem, placementOf(cut));
  if (evaluation.status !== "SUCCESS") throw new Error(evaluation.error);
  return evaluation;
}

function frontierPoint({ placement, metrics }: Success): FrontierPoint {
  return {
    cost_per_hour: metrics.cost_per_hour,
    throughput_tokens_per_sec: metrics.throughput_tokens_per_sec,
    dollar_per_million_token: metrics.dollar_per_million_token,
    batch_size: placement.batch_size,
    placement,
  };
}

function riseOf(instance_type: string, then: Placement): PriceRise {
  return {
    instance_type,
    price_usd_per_hour: 6.85,
    changes_above_usd_per_hour: 9,
    may_change_earlier: false,
    then,
  };
}

/** What tests change of a report; `rename` turns every instance type's name into another. */
export interface Changes {
  readonly rename?: (name: string) => string;
  readonly problem?: Partial<Problem>;
  readonly answer?: Partial<Answer>;
  readonly input?: Partial<SolveReportInput>;
}

/** Two stages on one instance with idle GPUs, then one on another, so that links cross and do not. */
export function solveReportInput(changes: Changes = {}): SolveReportInput & { solution: Answer } {
  const rename = changes.rename ?? ((name) => name);
  const entries = FOUNDING_POOL.map(
    (entry): PoolEntry => ({
      ...entry,
      instance: { ...entry.instance, name: rename(entry.instance.name) },
    }),
  );
  const problem = calibratedProblem(LLAMA_70B, defaultSettings("vllm"), {
    pool: createPool(entries),
    limits: { ...NO_LIMITS, maxTtftSeconds: 60, maxTpotSeconds: 1, maxHourlyCostUsd: 100 },
    ...changes.problem,
  });
  const [large, small, other] = ["g6e.48xlarge", "g6e.12xlarge", "p4de.24xlarge"].map(rename) as [
    string,
    string,
    string,
  ];
  const answer = successOf(problem, [
    [large, 0, 2, 32],
    [large, 0, 2, 16],
    [small, 0, 2, 32],
  ]);
  const alone = successOf(problem, [[other, 0, 8, 80]]);
  const slower = successOf(problem, [
    [small, 0, 2, 40],
    [small, 1, 2, 40],
  ]);
  const explanation: Sensitivity = {
    binding_limits: [{ limit: "max_hourly_cost", value: 100, objective_without: 1 }],
    next_faster: frontierPoint(alone),
    next_cheaper: frontierPoint(slower),
    price_rises: [riseOf(small, alone.placement)],
    best_by_type: [
      { instance_type: other, objective: 1, placement: alone.placement },
      { instance_type: rename("g5.4xlarge"), objective: null, placement: null },
    ],
  };
  const solution = answerOf(answer, {
    frontier: [slower, answer, alone].map(frontierPoint),
    frontier_complete: true,
    explanation,
    ...changes.answer,
  });
  return {
    problem,
    request: DEFAULT_REQUEST,
    warnings: ["a first warning", "a second warning"],
    version: "1.2.3",
    commandLine: ["solve", "--config-dir", "my problem", "--report", "out.html"],
    ...changes.input,
    solution,
  };
}

export function solveReport(changes: Changes = {}): string {
  return renderSolveReport(solveReportInput(changes));
}

/** A problem that nothing solves, with a way out. */
export function infeasibleReport(changes: Partial<NoAnswer> = {}): string {
  const { solution, ...input } = solveReportInput();
  const noAnswer: NoAnswer = {
    status: "infeasible",
    explanation: {
      sentences: ["Placements exist, but none within the limits."],
      conflict: ["max_hourly_cost 20", "min-throughput 400"],
      relaxations: [
        { change: "max_hourly_cost", from: 20, to: 27.39, placement: solution.placement },
      ],
      joint_relaxations: [],
    },
    warnings: [],
    run: solution.run,
    ...changes,
  };
  return renderSolveReport({ ...input, solution: noAnswer });
}

/** A grid of three types, with runs that fit and runs that do not. */
function sweepReportInput(rename: (name: string) => string = (name) => name): SweepReportInput {
  const { problem } = solveReportInput({ rename });
  const grid = createGrid(problem, {
    families: ["g5.4xlarge", "g6e.12xlarge", "p4de.24xlarge"].map(rename),
    batches: [
      { minBatch: 8, maxBatch: 8 },
      { minBatch: 32, maxBatch: 32 },
    ],
  });
  const records = [...sweep(problem, grid.runs)].map(({ run, outcome }) =>
    runRecord(problem, run, outcome, "0".repeat(64)),
  );
  const best = bestRuns(records);
  const runs = records.map((record): SummarisedRun => ({ record, isBest: best.has(record) }));
  return { runs, json: sweepJson(runs, "data.csv", []), warnings: [], version: "1.2.3" };
}

export function sweepReport(rename?: (name: string) => string): string {
  return renderSweepReport(sweepReportInput(rename));
}
