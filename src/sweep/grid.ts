import { InputError } from "../errors.ts";
import type { PoolType } from "../hardware/pool.ts";
import { ascending, largest } from "../lists.ts";
import { nearestHint } from "../nearest.ts";
import type { Problem } from "../placement/problem.ts";
import { DEFAULT_TP_DEGREES } from "../solver/request.ts";
import { checkPoint, type Phase, type Workload } from "../workload/workload.ts";
import { compareRuns, type RunParameters, runPoint } from "./run.ts";

/** Input and output tokens of a sequence. */
export interface LengthPair {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** Smallest and largest batch of a run; the even split is evaluated at the smallest. */
export interface BatchPair {
  readonly minBatch: number;
  readonly maxBatch: number;
}

/** What a sweep runs over; what is absent is taken from the pool, the defaults and the problem's workload. */
export interface GridChoices {
  /** Default: every type of the pool. */
  readonly families?: readonly string[] | undefined;
  /** Default: 1, 2, 4, 8 up to the GPUs of the instance. */
  readonly tpDegrees?: readonly number[] | undefined;
  /** Default: 1, 2, 4 up to the family's instances in the pool. */
  readonly ppStages?: readonly number[] | undefined;
  readonly lengths?: readonly LengthPair[] | undefined;
  readonly batches?: readonly BatchPair[] | undefined;
  readonly phases?: readonly Phase[] | undefined;
}

export interface Grid {
  /** Every run once, in the order of `compareRuns`. */
  readonly runs: readonly RunParameters[];
  /** Whether the runs have more than one phase, which their names do not tell apart. */
  readonly severalPhases: boolean;
  /** Families that were chosen but can do none of the degrees. */
  readonly warnings: readonly string[];
}

/** The founding sweep's pipeline stages. */
export const DEFAULT_PP_STAGES: readonly number[] = [1, 2, 4];

/**
 * The grid family × TP degree × pipeline stages × lengths × batch × phase.
 *
 * A family leaves out the degrees that it has too few GPUs or instances for; a listed degree that no chosen family can do is
 * an error. Everything else that makes a run impossible (more stages than layers or than max_pipeline_stages, too little
 * memory) is a result: the run stays and its row says INFEASIBLE.
 *
 * @throws InputError for an unknown family, an impossible degree, missing or bad lengths, batches and phases.
 */
export function createGrid(problem: Problem, choices: GridChoices = {}): Grid {
  const types = chooseTypes(problem, choices.families).sort((a, b) =>
    ascending(a.instance.name, b.instance.name),
  );
  const tpDegrees = chooseDegrees("--tp-degrees", choices.tpDegrees, DEFAULT_TP_DEGREES, {
    types,
    limit: (type) => type.instance.gpuCount,
    unit: "GPUs in an instance",
  });
  const ppStages = chooseDegrees("--pp-stages", choices.ppStages, DEFAULT_PP_STAGES, {
    types,
    limit: (type) => type.count,
    unit: "instances in the pool",
  });
  const points = choosePoints(problem, choices);

  const runs: RunParameters[] = [];
  const warnings: string[] = [];
  for (const type of types) {
    const tps = tpDegrees.filter((degree) => degree <= type.instance.gpuCount);
    const pps = ppStages.filter((stages) => stages <= type.count);
    if (tps.length === 0 || pps.length === 0) {
      warnings.push(
        `${type.instance.name} has no runs: it supports TP degrees up to ${type.instance.gpuCount} and up to ${type.count} stages; the grid has TP degrees ${tpDegrees.join(", ")} and stages ${ppStages.join(", ")}.`,
      );
      continue;
    }
    for (const tpDegree of tps) {
      for (const stages of pps) {
        for (const point of points) {
          runs.push({ family: type.instance.name, tpDegree, ppStages: stages, ...point });
        }
      }
    }
  }
  if (runs.length === 0) {
    throw new InputError(
      "sweep grid",
      "no runs are left.",
      `Choose other families, TP degrees or pipeline stages: ${warnings.join(" ")}`,
    );
  }
  runs.sort(compareRuns);
  return { runs, severalPhases: new Set(runs.map((run) => run.phase)).size > 1, warnings };
}

function chooseTypes(problem: Problem, families: readonly string[] | undefined): PoolType[] {
  const { byName, types } = problem.pool;
  if (!families) {
    if (types.length === 0) {
      throw new InputError("pool", "it has no instance type.", "Add one to gpu_pool.csv.");
    }
    return [...types];
  }
  return distinct("--instance-families", families).map((family) => {
    const type = byName.get(family);
    if (!type) {
      throw new InputError(
        "--instance-families",
        `"${family}" is not in the pool.`,
        nearestHint(family, [...byName.keys()]),
      );
    }
    return type;
  });
}

/** What bounds a degree: a number of each type, in `unit`. */
interface DegreeLimit {
  readonly types: readonly PoolType[];
  readonly limit: (type: PoolType) => number;
  readonly unit: string;
}

function chooseDegrees(
  where: string,
  listed: readonly number[] | undefined,
  defaults: readonly number[],
  { types, limit, unit }: DegreeLimit,
): readonly number[] {
  if (!listed) return defaults;
  const most = largest(types.map(limit));
  const degrees = distinct(where, listed).sort((a, b) => a - b);
  for (const degree of degrees) {
    if (!Number.isSafeInteger(degree) || degree < 1) {
      throw new InputError(where, `${degree} is not a positive integer.`, "Give integers from 1.");
    }
    if (degree > most) {
      throw new InputError(
        where,
        `${degree} is more than any chosen instance family allows (${most} ${unit}).`,
        most > 0
          ? `Give values up to ${most}, or choose other families.`
          : "Choose other families.",
      );
    }
  }
  return degrees;
}

type GridPoint = LengthPair & BatchPair & { readonly phase: Phase };

/** Lengths × batches × phases, each checked. */
function choosePoints(problem: Problem, choices: GridChoices): GridPoint[] {
  const { workload } = problem;
  refuseOpenWorkload(workload, choices);
  const lengths = distinct(
    "--io",
    choices.lengths ?? [workloadLengths(problem)],
    ({ inputTokens, outputTokens }) => `${inputTokens}:${outputTokens}`,
  );
  const batches = distinct(
    "--batch-sizes",
    choices.batches ?? [workloadBatch(problem)],
    ({ minBatch, maxBatch }) => `${minBatch}:${maxBatch}`,
  );
  const phases = distinct(
    "--phases",
    choices.phases ?? [given(workload.phase, "--phases", "workload_phase")],
  );
  const points: GridPoint[] = [];
  for (const phase of phases) {
    for (const length of lengths) {
      for (const batch of batches) {
        checkBatch(batch);
        const point = { ...length, ...batch, phase };
        checkPoint(runPoint({ family: "", tpDegree: 1, ppStages: 1, ...point }));
        points.push(point);
      }
    }
  }
  return points;
}

/** A run has one batch, and its name says nothing of how lengths spread. */
function refuseOpenWorkload(
  { load, inputLengths, outputLengths }: Workload,
  choices: GridChoices,
): void {
  if (load && load.kind !== "concurrency" && !choices.batches) {
    throw new InputError(
      load.kind === "max" ? "--max-load" : "--request-rate",
      "a sweep evaluates batch sizes, it does not search for them.",
      "Give --batch-sizes or --concurrency.",
    );
  }
  if (inputLengths || outputLengths) {
    throw new InputError(
      inputLengths ? "--input-length" : "--output-length",
      "a sweep takes fixed lengths, not a distribution.",
      "Leave out the 95th percentile or the histogram, on the command line and in config.csv.",
    );
  }
}

function workloadLengths({ workload }: Problem): LengthPair {
  return {
    inputTokens: given(workload.inputTokens, "--io", "sequence_length"),
    outputTokens: given(workload.outputTokens, "--io", "output_length"),
  };
}

function workloadBatch({ workload }: Problem): BatchPair {
  const minBatch = given(workload.minBatch, "--batch-sizes", "min_batch_size");
  return { minBatch, maxBatch: workload.maxBatch ?? minBatch };
}

function given<T>(value: T | null, flag: string, key: string): T {
  if (value === null) {
    throw new InputError(
      "sweep",
      `the problem does not say ${key}.`,
      `Give ${flag}, or the key ${key} in config.csv.`,
    );
  }
  return value;
}

function checkBatch({ minBatch, maxBatch }: BatchPair): void {
  if (!Number.isSafeInteger(maxBatch) || maxBatch < minBatch) {
    throw new InputError(
      "--batch-sizes",
      `the largest batch ${maxBatch} is not an integer from the smallest, ${minBatch}.`,
      "Give min:max with min ≤ max, or one number for both.",
    );
  }
}

/** A choice listed twice counts once: a grid is a product of sets. */
function distinct<T>(
  where: string,
  choices: readonly T[],
  key: (choice: T) => unknown = (choice) => choice,
): T[] {
  if (choices.length === 0) {
    throw new InputError(where, "the list is empty.", "Give at least one value, or leave it out.");
  }
  return [...new Map(choices.map((choice) => [key(choice), choice])).values()];
}
