import { InputError } from "../errors.ts";
import type { WorkloadFlags } from "../files/complete-placement.ts";
import { parsePlacement } from "../files/parse-placement.ts";
import { readText } from "../files/read-text.ts";
import type { Evaluation } from "../placement/evaluation.ts";
import { evenSplit, type SplitShape } from "../placement/even-split.ts";
import type { Problem } from "../placement/problem.ts";
import { evaluationJson, mergeWarnings, noPlacementJson } from "../report/json.ts";
import type { OperatingPoint, Workload } from "../workload/workload.ts";
import { checkOutDirectory } from "./check-output.ts";
import { evaluateInput, evaluateOpen, opensBatch } from "./evaluate-load.ts";
import { type CliIo, EXIT, printWarnings, wantsColours } from "./io.ts";
import {
  type OwnedFlag,
  type ProblemFlagValues,
  readFlaggedProblem,
  requireFlag,
} from "./problem-flags.ts";

/** The flags of `evaluate`. */
export interface EvaluateFlags extends ProblemFlagValues, OwnedFlag {
  readonly placement?: string;
  readonly placements?: string;
  readonly instanceFamily?: string;
  readonly tpDegree?: number;
  readonly ppStages?: number;
  readonly out?: string;
  readonly json?: true;
}

/** `evaluate`: one placement, a file with one a line, or an even split. */
export async function runEvaluate(flags: EvaluateFlags, io: CliIo): Promise<number> {
  const task = chooseTask(flags);
  if (flags.out !== undefined) checkOutDirectory(flags.out);
  const problem = readFlaggedProblem(flags, { ownedByType: flags.own });
  switch (task.kind) {
    case "lines": {
      const { evaluateLines } = await import("./evaluate-lines.ts");
      return evaluateLines(problem, task.path, workloadFlags(flags, problem.workload), io);
    }
    case "file": {
      const input = parsePlacement(readText(task.path), task.path);
      const loadFlags = workloadFlags(flags, problem.workload);
      return answer(problem, evaluateInput(problem, input, task.path, loadFlags), flags, io);
    }
    case "split": {
      const point = splitPoint(problem.workload);
      const split = evenSplit(problem, task.split, point);
      return split.status === "placement"
        ? answer(problem, evaluateOpen(problem, split.placement), flags, io)
        : answerNoPlacement(problem, task.split, point, split.error, flags, io);
    }
  }
}

type Task =
  | { readonly kind: "file" | "lines"; readonly path: string }
  | { readonly kind: "split"; readonly split: SplitShape };

/** Exactly one of the three forms. */
function chooseTask(flags: EvaluateFlags): Task {
  const { placement, placements, instanceFamily, tpDegree, ppStages } = flags;
  const given = (
    [
      ["--placement", placement],
      ["--placements", placements],
      ["--instance-family", instanceFamily],
      ["--tp-degree", tpDegree],
      ["--pp-stages", ppStages],
    ] as const
  )
    .filter(([, value]) => value !== undefined)
    .map(([flag]) => flag);
  const [first, second] = given;
  const hint =
    "Give --placement FILE, or --placements FILE, or --instance-family with --tp-degree and --pp-stages.";
  if (first === undefined) {
    throw new InputError("evaluate", "there is nothing to evaluate.", hint);
  }
  if ((placement !== undefined || placements !== undefined) && second !== undefined) {
    throw new InputError(first, `it cannot stand beside ${second}.`, hint);
  }
  if (placement !== undefined) return { kind: "file", path: placement };
  if (placements !== undefined) {
    if (flags.out !== undefined) {
      throw new InputError(
        "--out",
        "it takes one placement, --placements gives many.",
        "Leave it out and redirect the answers from stdout to a file.",
      );
    }
    return { kind: "lines", path: placements };
  }
  const needs = "An even split needs --instance-family, --tp-degree and --pp-stages.";
  return {
    kind: "split",
    split: {
      family: requireFlag("--instance-family", instanceFamily, needs),
      tpDegree: requireFlag("--tp-degree", tpDegree, needs),
      ppStages: requireFlag("--pp-stages", ppStages, needs),
    },
  };
}

/** What flags say of the workload of a placement. Lengths from a distribution count by their mean. */
export function workloadFlags(flags: ProblemFlagValues, workload: Workload): WorkloadFlags {
  const inputFlag = given([
    ["--input-length", flags.inputLength],
    ["--input-length-p95", flags.inputLengthP95],
    ["--input-lengths", flags.inputLengths],
  ]);
  const outputFlag = given([
    ["--output-length", flags.outputLength],
    ["--output-length-p95", flags.outputLengthP95],
    ["--output-lengths", flags.outputLengths],
  ]);
  return {
    inputTokens: inputFlag === undefined ? undefined : (workload.inputTokens ?? undefined),
    inputFlag,
    outputTokens: outputFlag === undefined ? undefined : (workload.outputTokens ?? undefined),
    outputFlag,
    phase: flags.phase,
    minBatch: flags.minBatchSize,
    maxBatch: flags.maxBatchSize,
    concurrency: flags.concurrency,
    maxLoad: flags.maxLoad,
    requestRate: flags.requestRate,
  };
}

/** The first flag that is given. */
function given(flags: readonly (readonly [string, unknown])[]): string | undefined {
  return flags.find(([, value]) => value !== undefined)?.[0];
}

/**
 * The operating point of an even split: the smallest batch (source: reference model, "Even split"), or where the load decides
 * the batch, one sequence to begin with.
 */
function splitPoint(workload: Workload): OperatingPoint {
  const { phase, inputTokens, outputTokens, minBatch } = workload;
  const hint = (flag: string, key: string): string => `Give ${flag}, or ${key} in config.csv.`;
  const needed = <T>(value: T | null, flag: string, key: string): T =>
    requireFlag(flag, value ?? undefined, hint(flag, key));
  return {
    phase: needed(phase, "--phase", "workload_phase"),
    batch: opensBatch(workload) ? 1 : needed(minBatch, "--min-batch-size", "min_batch_size"),
    inputTokens: needed(inputTokens, "--input-length", "sequence_length"),
    outputTokens: needed(outputTokens, "--output-length", "output_length"),
  };
}

async function answer(
  problem: Problem,
  evaluation: Evaluation,
  flags: EvaluateFlags,
  io: CliIo,
): Promise<number> {
  const warnings = mergeWarnings(problem.warnings, evaluation.warnings);
  const json = evaluationJson(problem.workload, evaluation, warnings);
  if (flags.out !== undefined) {
    const { writeEvaluation } = await import("./write-output.ts");
    writeEvaluation(flags.out, problem, evaluation, json);
  }
  await printWarnings(io, warnings);
  if (flags.json) {
    await io.stdout.write(`${JSON.stringify(json)}\n`);
  } else {
    const { renderEvaluation, createPaint } = await import("./evaluate-report.ts");
    await io.stdout.write(renderEvaluation(problem, evaluation, createPaint(wantsColours(io))));
  }
  return evaluation.status === "SUCCESS" ? EXIT.ok : EXIT.infeasible;
}

async function answerNoPlacement(
  problem: Problem,
  split: SplitShape,
  point: OperatingPoint,
  error: string,
  flags: EvaluateFlags,
  io: CliIo,
): Promise<number> {
  const json = noPlacementJson(error, problem.warnings);
  if (flags.out !== undefined) {
    const { writeNoPlacement } = await import("./write-output.ts");
    writeNoPlacement(flags.out, problem, split, point, error, json);
  }
  await printWarnings(io, problem.warnings);
  if (flags.json) {
    await io.stdout.write(`${JSON.stringify(json)}\n`);
  } else {
    const { renderNoPlacement, createPaint } = await import("./evaluate-report.ts");
    await io.stdout.write(renderNoPlacement(error, createPaint(wantsColours(io))));
  }
  return EXIT.infeasible;
}
