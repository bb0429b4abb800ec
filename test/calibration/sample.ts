import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "csv-parse/sync";
import type { Measurement } from "../../src/calibration/measurement.ts";
import { parseMeasurements } from "../../src/input/measurements/parse-measurements.ts";

/** Measured rows that lie in the repository, see sample/README.md. */
export const SAMPLES = ["fitted", "unseen"] as const;
export type Sample = (typeof SAMPLES)[number];

export function samplePath(file: string): string {
  return fileURLToPath(new URL(`sample/${file}`, import.meta.url));
}

/** The cells of a file of the sample as they are, by column. */
export function sampleCells(file: string): Readonly<Record<string, string>>[] {
  return parse(readFileSync(samplePath(file), "utf8"), { columns: true });
}

export function sampleRows(sample: Sample): Measurement[] {
  const path = samplePath(`${sample}.csv`);
  return parseMeasurements(readFileSync(path, "utf8"), path);
}
