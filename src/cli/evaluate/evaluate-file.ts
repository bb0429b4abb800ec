import { readText } from "../../files/read-text.ts";
import type { WorkloadFlags } from "../../input/placement/complete-placement.ts";
import { parsePlacement } from "../../input/placement/parse-placement.ts";
import type { Evaluation } from "../../placement/evaluation.ts";
import type { Problem } from "../../placement/problem.ts";
import type { Workload } from "../../workload/workload.ts";
import { planFile } from "../compare/plan-file.ts";
import type { CliIo } from "../io/io.ts";
import type { ProblemFlagValues } from "../options/problem-flags.ts";
import { figureWarnings } from "./answer-figures.ts";
import { type More, problemOfAnswer, storedAnswer } from "./answer-problem.ts";
import { evaluateInput, opensBatch } from "./evaluate-load.ts";

/** A placement out of a file, rated for the problem that it is of. */
export interface EvaluatedFile {
  readonly path: string;
  /** Warns as well of figures in the file that are not those of the placement. */
  readonly problem: Problem;
  readonly evaluation: Evaluation;
  /** Whether the batch is the placement's own, and not found for the load. */
  readonly hasOwnBatch: boolean;
}

/**
 * Rates a placement, with or without the problem that it is of.
 * @param given a file, or the directory of an answer
 * @throws InputError for a file that holds none, and for flags that contradict it
 */
export async function evaluateFile(
  given: string,
  flags: ProblemFlagValues,
  io: Pick<CliIo, "env">,
  more: More,
): Promise<EvaluatedFile> {
  const path = planFile(given);
  const text = readText(path);
  const stored = storedAnswer(text, path);
  const problem = await problemOfAnswer(stored, path, flags, io, more);
  const input = parsePlacement(text, path);
  const { workload, warnings } = problem;
  const evaluation = evaluateInput(problem, input, path, workloadFlags(flags, workload));
  return {
    path,
    problem: stored
      ? { ...problem, warnings: [...warnings, ...figureWarnings(stored, path, evaluation)] }
      : problem,
    evaluation,
    hasOwnBatch: input.batch_size !== undefined || !opensBatch(workload),
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
