import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import { InputError } from "../errors.ts";
import { rowsToCsv } from "../input/measurements/data-csv.ts";
import { parseJson } from "../input/text/parse-json.ts";
import { jsonText } from "../json-text.ts";
import {
  type RunRecord,
  recordedRun,
  recordedShape,
  runRecordSchema,
  type StoredRun,
} from "../sweep/record.ts";
import { type DataRow, dataRow } from "../sweep/row.ts";
import { parseRunName, runName } from "../sweep/run-name.ts";
import { fileError, isMissing } from "./file-error.ts";
import { writeNewDirectory } from "./write-atomic.ts";

/** The files of a run directory. */
export const RUN_JSON = "placement_metrics.json";
const RUN_CSV = "placement_metrics.csv";

const REDO = "Delete the directory and run the sweep again.";

/**
 * Writes a run directory that is not there yet, whole or not at all.
 * @throws InputError when it cannot be written.
 */
export function writeRunDirectory(directory: string, record: RunRecord): void {
  const files = [
    [RUN_JSON, recordText(record)],
    [RUN_CSV, csvText(record)],
  ] as const;
  writeNewDirectory(directory, new Map(files));
}

/**
 * Reads a run directory back and checks that it is whole: both files are there, the JSON is a run's, the directory's name
 * names that run, and the CSV says the same.
 * @throws InputError that names the file and what to do.
 */
export function readRunDirectory(directory: string): StoredRun {
  const path = join(directory, RUN_JSON);
  const parsed = runRecordSchema.safeParse(parseRecord(path));
  if (!parsed.success) {
    throw new InputError(
      path,
      `it is not the result of a run: ${z.prettifyError(parsed.error)}.`,
      REDO,
    );
  }
  const record = parsed.data;
  const name = basename(directory);
  const recordedName = runName(recordedRun(record));
  if (parseRunName(name) && name !== recordedName) {
    throw new InputError(
      path,
      `it holds the run ${recordedName}, which is not the one its directory is named after.`,
      "Give the directory its own name back, or delete it and run the sweep again.",
    );
  }
  const csvPath = join(directory, RUN_CSV);
  if (readText(csvPath) !== csvText(record)) {
    throw new InputError(csvPath, `it contradicts ${RUN_JSON} beside it.`, REDO);
  }
  return record;
}

/** The row of a stored run in a CSV file, with `outputDir` as the way from that file's directory to the run's. */
export function storedRow(record: StoredRun, outputDir: string): DataRow {
  return dataRow(record.run, recordedShape(record), record, {
    outputDir,
    sourcePath: outputDir === "." ? RUN_CSV : `${outputDir}/${RUN_CSV}`,
  });
}

function recordText(record: RunRecord): string {
  return `${jsonText(record, 2)}\n`;
}

/** A run's own row; it cannot know whether it is the best of several. */
function csvText(record: StoredRun): string {
  return rowsToCsv([storedRow(record, ".")]);
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (isMissing(error)) {
      throw new InputError(path, "it is missing: the run directory is incomplete.", REDO);
    }
    throw fileError(path, "read", error);
  }
}

function parseRecord(path: string): unknown {
  const text = readText(path);
  try {
    return parseJson(text, path);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(
      error.where,
      `it was cut short or edited (${text.length} characters): ${error.problem}`,
      REDO,
    );
  }
}
