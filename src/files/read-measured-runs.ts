import { basename } from "node:path";
import { configGroupName, type MeasuredRun } from "../calibration/measured-run.ts";
import { InputError } from "../errors.ts";
import { parseMeasurements } from "../input/measurements/parse-measurements.ts";
import { type MissingKey, parseVllmBench } from "../input/measurements/parse-vllm-bench.ts";
import { fillModel, missingDimensions } from "../input/model/complete-measured-model.ts";
import type { Architecture } from "../model/architecture.ts";
import { readText } from "./read-text.ts";

/** Why a row of a file cannot be used. */
interface RunRefusal {
  readonly reason: string;
}

/** Measured runs of some files, in their order. */
export interface MeasuredRuns {
  readonly runs: readonly MeasuredRun[];
  readonly refused: readonly RunRefusal[];
  readonly warnings: readonly string[];
}

/** A run as its file gives it. */
interface RawRun {
  readonly run: MeasuredRun;
  readonly missing: readonly MissingKey[];
  /** Whether keys can be added with --metadata; cells of a CSV are filled in. */
  readonly isBench: boolean;
}

/**
 * Reads measured runs: CSV in the columns of measured rows, or JSON of `vllm bench serve`, told apart by the first character.
 * @param architecture The model of runs that do not state theirs; null: there is none.
 * @param engine The engine of benchmark results that do not say.
 * @throws InputError for files that cannot be read, and for runs of several models where `architecture` would be that of all
 */
export function readMeasuredRuns(
  paths: readonly string[],
  architecture: Architecture | null,
  engine: string,
): MeasuredRuns {
  const warnings: string[] = [];
  const raw = paths.flatMap((path): RawRun[] => {
    const text = readText(path);
    if (!/^\s*[[{]/.test(text)) {
      return parseMeasurements(text, path).map((measurement) => ({
        run: { measurement, facts: {} },
        missing: [],
        isBench: false,
      }));
    }
    return parseVllmBench(text, path, basename(path), engine).map((result) => {
      warnings.push(...result.warnings);
      return { ...result, isBench: true };
    });
  });
  if (architecture !== null) checkOneModel(raw);
  const runs: MeasuredRun[] = [];
  const refused: RunRefusal[] = [];
  for (const each of raw) {
    const outcome = complete(each, architecture);
    if ("run" in outcome) runs.push(grouped(outcome.run));
    else refused.push({ reason: outcome.refused });
  }
  return { runs, refused, warnings };
}

/** A run with a config group: its own, or one named after its deployment. */
function grouped(run: MeasuredRun): MeasuredRun {
  const { measurement } = run;
  if (measurement.configGroup !== "") return run;
  return { ...run, measurement: { ...measurement, configGroup: configGroupName(measurement) } };
}

function complete(
  { run, missing, isBench }: RawRun,
  architecture: Architecture | null,
): { readonly run: MeasuredRun } | { readonly refused: string } {
  if (missing.length > 0) return { refused: missingWords(missing) };
  if (architecture !== null) return fillModel(run, architecture);
  const dimensions = missingDimensions(run.measurement);
  if (!isBench || dimensions.length === 0) return { run };
  return {
    refused: `the model is unknown: give --config-dir, or add ${metadataFlags(dimensions)} to vllm bench serve`,
  };
}

function missingWords(missing: readonly MissingKey[]): string {
  const keys = missing.map(({ key }) => key);
  const meant = missing
    .filter(({ nearest }) => nearest !== null)
    .map(({ key, nearest }) => ` (there is ${nearest}: did you mean ${key}?)`);
  return `${keys.join(", ")} missing: add ${metadataFlags(keys)} to vllm bench serve, or the keys to the file${meant.join("")}`;
}

function metadataFlags(keys: readonly string[]): string {
  return `--metadata ${keys.map((key) => `${key}=…`).join(" ")}`;
}

/** One directory describes one model. */
function checkOneModel(raw: readonly RawRun[]): void {
  const open = raw.filter(({ run }) => missingDimensions(run.measurement).length > 0);
  const names = [...new Set(open.map(({ run }) => run.measurement.modelId))];
  if (names.length < 2) return;
  throw new InputError(
    "--config-dir",
    `the measurements that do not state their model are from several: ${names.join(", ")}.`,
    "Calibrate with those of one model, or add the dimensions to them.",
  );
}
