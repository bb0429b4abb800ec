import { basename } from "node:path";
import { type RefusalCount, refusalCounts } from "../../calibration/accuracy.ts";
import { calibrate } from "../../calibration/calibrate.ts";
import { type Calibration, calibrationHelps } from "../../calibration/calibration-file.ts";
import { runTargets } from "../../calibration/measured-run.ts";
import type { TargetRow } from "../../calibration/targets.ts";
import { SHIPPED } from "../../cost/calibrated/shipped.ts";
import { DEFAULT_ENGINE, ENGINES, type Engine } from "../../engines/engines.ts";
import { InputError } from "../../errors.ts";
import { readArchitectureDir } from "../../files/read-architecture-dir.ts";
import { readMeasuredRuns } from "../../files/read-measured-runs.ts";
import { writeFileAtomic } from "../../files/write-atomic.ts";
import { calibrationText } from "../../input/measurements/parse-calibration.ts";
import { jsonText } from "../../json-text.ts";
import { renderCalibration, verdict } from "../../report/calibration.ts";
import { createColours } from "../../report/colours.ts";
import { plural } from "../../report/format.ts";
import { writtenTo } from "../../report/layout.ts";
import { checkOutFile } from "../io/check-output.ts";
import { type CliIo, EXIT, printWarnings, wantsColours } from "../io/io.ts";
import { startProgress } from "../io/progress.ts";
import { requireFlag } from "../options/problem-flags.ts";

/** The flags of `calibrate`. */
export interface CalibrateFlags {
  readonly data?: readonly string[];
  readonly engine?: Engine;
  readonly configDir?: string;
  readonly out?: string;
  readonly force?: true;
  readonly json?: true;
}

/** `calibrate`: factors on the shipped parameters from the user's own measurements. */
export async function runCalibrate(flags: CalibrateFlags, io: CliIo): Promise<number> {
  const paths = requireFlag(
    "--data",
    flags.data,
    "Give CSV files of measured rows, or results of vllm bench serve.",
  );
  if (flags.out !== undefined) checkOutFile("--out", flags.out);
  const architecture = flags.configDir === undefined ? null : readArchitectureDir(flags.configDir);
  const read = readMeasuredRuns(paths, architecture, flags.engine ?? DEFAULT_ENGINE);
  const planned = runTargets(read.runs);
  const { engine, rows, others } = chooseEngine(planned.rows, flags.engine);
  const refusals = refusalCounts([...read.refused, ...planned.refused, ...others]);
  if (rows.length === 0) throw nothingToFit(paths, refusals);
  const calibration = calibrateWatched(rows, engine, paths, io);
  const isWritten = flags.out !== undefined && (flags.force || calibrationHelps(calibration));
  if (isWritten) writeFileAtomic(flags.out, calibrationText(calibration));
  await printWarnings(io, read.warnings);
  await printReport(calibration, refusals, read.warnings, isWritten ? flags.out : null, flags, io);
  if (flags.out === undefined || isWritten) return EXIT.ok;
  await io.stderr.write(
    `error: --out: ${flags.out} was not written. ${verdict(calibration)} Use --force to write it anyway.\n`,
  );
  return EXIT.badInput;
}

/** A row that is not of the engine that is calibrated. */
interface OtherRow {
  readonly reason: string;
}

/** The engine asked for, else the one that all rows share. @throws InputError when rows are of several, or of a past one */
function chooseEngine(
  rows: readonly TargetRow[],
  asked: Engine | undefined,
): {
  readonly engine: Engine;
  readonly rows: readonly TargetRow[];
  readonly others: readonly OtherRow[];
} {
  const profiles = [...new Set(rows.map(({ plan }) => plan.profile))].sort();
  const engine = asked ?? ENGINES.find((name) => name === profiles[0]);
  if (asked === undefined && (profiles.length > 1 || (profiles.length === 1 && !engine))) {
    throw new InputError(
      "--engine",
      profiles.length > 1
        ? `the rows are from several engines: ${profiles.join(", ")}.`
        : `the rows are from ${profiles[0]}, which no command supports.`,
      `Give one of ${ENGINES.join(", ")}.`,
    );
  }
  const others = new Map(
    rows
      .filter(({ plan }) => plan.profile !== engine)
      .map(({ plan, measurement }) => [measurement, plan.profile]),
  );
  return {
    engine: engine ?? DEFAULT_ENGINE,
    rows: rows.filter(({ plan }) => plan.profile === engine),
    others: [...others.values()].map((profile) => ({ reason: `its engine is ${profile}` })),
  };
}

function nothingToFit(paths: readonly string[], refusals: readonly RefusalCount[]): InputError {
  const [first] = refusals;
  return new InputError(
    paths.join(", "),
    "there are no rows to calibrate with.",
    first
      ? `${plural(first.rows, "row")} rejected: ${first.reason}.`
      : "Give at least one measured row.",
  );
}

function calibrateWatched(
  rows: readonly TargetRow[],
  engine: Engine,
  paths: readonly string[],
  io: CliIo,
): Calibration {
  const progress = startProgress(io);
  try {
    return calibrate(
      rows,
      engine,
      paths.map((path) => basename(path)),
      SHIPPED.values,
      (done, all) => {
        progress.show((seconds) => `${seconds.toFixed(1)} s  fit ${done + 1} of ${all}`);
        progress.tick();
      },
    );
  } finally {
    progress.end();
  }
}

async function printReport(
  calibration: Calibration,
  refusals: readonly RefusalCount[],
  warnings: readonly string[],
  written: string | null,
  flags: CalibrateFlags,
  io: CliIo,
): Promise<void> {
  if (flags.json) {
    const facts = { status: "SUCCESS", helps: calibrationHelps(calibration), written };
    await io.stdout.write(`${jsonText({ ...facts, calibration, refusals, warnings })}\n`);
    return;
  }
  await io.stdout.write(renderCalibration(calibration, refusals, createColours(wantsColours(io))));
  if (written !== null) await io.stdout.write(`\n${writtenTo(written)}\n`);
}
