import { InputError } from "../../errors.ts";
import { withStart } from "../../export/startable.ts";
import type { ExportForm } from "../../export/targets.ts";
import type { WorkloadFlags } from "../../input/placement/complete-placement.ts";
import { parsePlacementLines } from "../../input/placement/parse-placement.ts";
import { jsonText } from "../../json-text.ts";
import type { Problem } from "../../placement/problem.ts";
import { count } from "../../report/format.ts";
import { evaluationLineJson } from "../../report/json.ts";
import { type CliIo, EXIT, printWarnings } from "../io/io.ts";
import { startProgress } from "../io/progress.ts";
import { evaluateInput } from "./evaluate-load.ts";
import { type Line, readLines } from "./read-lines.ts";

/** Answers are handed to stdout in pieces of about this many characters. */
const PIECE_CHARACTERS = 1 << 16;

/**
 * Evaluates one placement a line and prints one answer a line, in order. The file is read and answered piece by piece, so
 * that its size does not matter. A line that cannot be read is answered in its place; what is to be said of the problem as a
 * whole goes to stderr and not into every answer.
 */
export async function evaluateLines(
  problem: Problem,
  path: string,
  flags: WorkloadFlags,
  starter: ExportForm | null,
  io: CliIo,
): Promise<number> {
  const progress = startProgress(io);
  let isWarned = false;
  let piece = "";
  let answered = 0;
  progress.show((seconds) => `${seconds.toFixed(1)} s  ${count(answered)} placements evaluated`);
  try {
    for await (const line of readLines(path)) {
      if (!isWarned) {
        // Not before the first line: a file that cannot be read is all there is to say then.
        await printWarnings(io, problem.warnings);
        isWarned = true;
      }
      piece += `${jsonText(answerLine(problem, line, path, flags, starter))}\n`;
      answered++;
      progress.tick();
      if (piece.length < PIECE_CHARACTERS) continue;
      await io.stdout.write(piece);
      piece = "";
    }
  } finally {
    progress.end();
  }
  if (piece !== "") await io.stdout.write(piece);
  if (answered === 0) await printWarnings(io, [`${path} contains no placement.`]);
  return EXIT.ok;
}

function answerLine(
  problem: Problem,
  line: Line,
  path: string,
  flags: WorkloadFlags,
  starter: ExportForm | null,
): object {
  const where = `${path}:${line.number}`;
  try {
    if ("problem" in line) throw new InputError(where, line.problem, "Correct the line.");
    const [parsed] = parsePlacementLines(line.text, path, line.number);
    if (parsed === undefined) {
      throw new InputError(where, "the line is empty.", "Give one placement per line.");
    }
    if ("error" in parsed) throw parsed.error;
    const evaluated = evaluateInput(problem, parsed.placement, where, flags);
    const evaluation = withStart(starter, problem, evaluated);
    return problem.workload.load ? evaluationLineJson(problem, evaluation) : evaluation;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { status: "INVALID", error: error.message };
  }
}
