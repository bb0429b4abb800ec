import type { BenchCase } from "../../bench/case.ts";
import { benchCases } from "../../bench/cases.ts";
import { type CaseResult, runCase } from "../../bench/compare.ts";
import { RUNNERS } from "../../bench/heuristics.ts";
import { InputError } from "../../errors.ts";
import { jsonText } from "../../json-text.ts";
import type { MilpBackend } from "../../milp/model.ts";
import { nearestHint } from "../../nearest.ts";
import { benchJson, renderBenchCase, renderBenchSummary } from "../../report/bench.ts";
import { createColours } from "../../report/colours.ts";
import { startBackend } from "../backend.ts";
import {
  type CliIo,
  DEFAULT_SOLVER,
  EXIT,
  printNote,
  printWarnings,
  wantsColours,
} from "../io/io.ts";
import { startProgress } from "../io/progress.ts";

/** The flags of `bench`. */
export interface BenchFlags {
  readonly case?: readonly string[];
  readonly json?: true;
}

/**
 * `bench`: the proven optimum beside what heuristics find, case by case.
 * @throws InternalError when a heuristic beats an answer called optimal
 */
export async function runBench(flags: BenchFlags, io: CliIo): Promise<number> {
  const cases = chooseCases(flags.case);
  const startedMilliseconds = performance.now();
  const backend = await startBackend(DEFAULT_SOLVER, io);
  const colours = createColours(wantsColours(io));
  const results: CaseResult[] = [];
  try {
    for (const [index, benchCase] of cases.entries()) {
      const result = await runWatched(
        benchCase,
        `case ${index + 1} of ${cases.length}`,
        backend,
        io,
      );
      results.push(result);
      if (flags.json) continue;
      await io.stdout.write(`${renderBenchCase(result, colours)}\n\n`);
      await printNote(
        io,
        `${benchCase.name}: solved in ${result.solveSeconds.toFixed(2)} s, heuristics in ${result.heuristicsSeconds.toFixed(2)} s`,
      );
    }
  } finally {
    await backend.dispose();
  }
  await printWarnings(
    io,
    results.flatMap(({ solution }) => solution.warnings),
  );
  const totalSeconds = (performance.now() - startedMilliseconds) / 1000;
  await io.stdout.write(
    flags.json
      ? `${jsonText(benchJson(results, RUNNERS, totalSeconds))}\n`
      : `${renderBenchSummary(results, RUNNERS, colours)}\n`,
  );
  return EXIT.ok;
}

async function runWatched(
  benchCase: BenchCase,
  which: string,
  backend: MilpBackend,
  io: CliIo,
): Promise<CaseResult> {
  const progress = startProgress(io);
  progress.show((seconds) => `${seconds.toFixed(1)} s  ${which}: ${benchCase.name}`);
  try {
    return await runCase(benchCase, RUNNERS, backend);
  } finally {
    progress.end();
  }
}

/** The cases of the given names in their own order, or all. @throws InputError for a name that no case has */
function chooseCases(names: readonly string[] | undefined): readonly BenchCase[] {
  const cases = benchCases();
  if (!names) return cases;
  const known = cases.map(({ name }) => name);
  for (const name of names) {
    if (known.includes(name)) continue;
    throw new InputError("--case", `there is no case "${name}".`, nearestHint(name, known));
  }
  return cases.filter(({ name }) => names.includes(name));
}
