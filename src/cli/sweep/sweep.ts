import { join } from "node:path";
import { type StoredSweep, storeSweep } from "../../files/sweep-store.ts";
import { DATA_CSV } from "../../input/measurements/data-csv.ts";
import { jsonText } from "../../json-text.ts";
import type { Problem } from "../../placement/problem.ts";
import { createColours } from "../../report/colours.ts";
import { count } from "../../report/format.ts";
import { mergeWarnings } from "../../report/json.ts";
import { renderSweep, sweepJson } from "../../report/sweep.ts";
import { createGrid, type Grid } from "../../sweep/grid.ts";
import { parseGridFlags } from "../../sweep/grid-text.ts";
import { checkOutDirectory, checkOutFile } from "../io/check-output.ts";
import { type CliIo, EXIT, printNote, printWarnings, wantsColours } from "../io/io.ts";
import { startProgress } from "../io/progress.ts";
import {
  type ProblemFlagValues,
  readFlaggedProblem,
  requireFlag,
} from "../options/problem-flags.ts";

/** The flags of `sweep`; lists are read by the sweep itself. */
export interface SweepFlags extends ProblemFlagValues {
  readonly instanceFamilies?: string;
  readonly tpDegrees?: string;
  readonly ppStages?: string;
  readonly io?: string;
  readonly batchSizes?: string;
  readonly phases?: string;
  readonly out?: string;
  readonly report?: string;
  readonly json?: true;
}

/** `sweep`: even splits over a grid, a directory a run and data.csv over all of them. */
export async function runSweep(flags: SweepFlags, io: CliIo): Promise<number> {
  const out = requireFlag("--out", flags.out, "Give the directory for data.csv and the runs.");
  checkOutDirectory(out);
  if (flags.report !== undefined) checkOutFile("--report", flags.report);
  const choices = parseGridFlags(flags);
  const problem = await readFlaggedProblem(flags, io);
  const grid = createGrid(problem, choices);
  const stored = storeWatched(problem, grid, out, io);
  const warnings = mergeWarnings(problem.warnings, stored.warnings);
  const dataCsv = join(out, DATA_CSV);
  const json = sweepJson(stored.runs, dataCsv, warnings);
  if (flags.report !== undefined) {
    const { writeSweepReport } = await import("../io/report-file.ts");
    writeSweepReport(flags.report, { runs: stored.runs, json, warnings }, io);
  }
  await printWarnings(io, warnings);
  await io.stdout.write(
    flags.json
      ? `${jsonText(json)}\n`
      : renderSweep(stored.runs, dataCsv, createColours(wantsColours(io))),
  );
  if (stored.kept > 0) {
    await printNote(io, `${stored.kept} existing runs kept, ${stored.computed} new runs`);
  }
  return EXIT.ok;
}

function storeWatched(problem: Problem, grid: Grid, out: string, io: CliIo): StoredSweep {
  const progress = startProgress(io);
  try {
    return storeSweep(problem, grid, out, (done, all) => {
      progress.show((seconds) => `${seconds.toFixed(1)} s  ${count(done)} of ${count(all)} runs`);
      progress.tick();
    });
  } finally {
    progress.end();
  }
}
