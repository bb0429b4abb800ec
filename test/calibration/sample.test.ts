import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, it, test } from "vitest";
import type { AccuracyReport } from "../../src/calibration/accuracy.ts";
import { predictRow } from "../../src/calibration/predict-row.ts";
import { type TargetRow, targetRows } from "../../src/calibration/targets.ts";
import { FITTED_VALUES } from "../../src/cost/calibrated/fitted.ts";
import { ENGINES, type Engine } from "../../src/engines/engines.ts";
import { parseMeasurements } from "../../src/input/measurements/parse-measurements.ts";
import { cli, scratchDirectory, writeFiles } from "../cli/harness.ts";
import { readDocument } from "../examples/documents.ts";
import { ETHERNET_GBITS, predictPlacement } from "./placed.ts";
import { SAMPLES, type Sample, sampleCells, samplePath, sampleRows } from "./sample.ts";

const directory = scratchDirectory();

const FILES = ["fitted.csv", "unseen.csv", "kv-capacity.csv"] as const;

/** Licences that let figures be passed on, as the README beside the sample gives their texts. */
const LICENCES = ["Apache-2.0", "BSD-3-Clause", "MIT"];

describe("the sample of measured rows", () => {
  it("has 200 rows, each once", () => {
    const rows = FILES.flatMap((file) => sampleCells(file).map((cells) => JSON.stringify(cells)));
    expect(rows).toHaveLength(200);
    expect(new Set(rows).size).toBe(200);
  });

  it("names source, address and licence of each row, and its README all of them", () => {
    const readme = readDocument("test/calibration/sample/README.md");
    for (const cells of FILES.flatMap(sampleCells)) {
      const { source, source_url: url, licence } = cells;
      expect(LICENCES).toContain(licence);
      const [, owner, repository] = /^https:\/\/github\.com\/([\w-]+)\/([\w.-]+)(\/|$)/.exec(url!)!;
      const family = source!.replace(/_v?[\d.]+$/, "");
      const line =
        readme.split("\n").find((each) => each.startsWith(`| \`${family}`)) ??
        readme.split("\n").find((each) => each.includes(`\`${source}\``))!;
      expect(line, source).toContain(licence);
      // Two releases of TensorRT-LLM were read in forks of it.
      const isFork = repository === "TensorRT-LLM" && owner !== "NVIDIA";
      expect(line, source).toContain(
        isFork ? "forks" : `https://github.com/${owner}/${repository}`,
      );
    }
  });

  it("has every kind of row, and many GPUs, engines, models and formats", () => {
    const { rows, refused } = targetRows(sampleRows("fitted"));
    expect(refused).toEqual([]);
    const count = (of: (row: TargetRow) => unknown): number => new Set(rows.map(of)).size;
    expect(count(({ plan }) => plan.kind)).toBe(4);
    expect(count(({ plan }) => plan.gpu.name)).toBe(9);
    expect(count(({ plan }) => plan.profile)).toBe(8);
    expect(count(({ plan }) => plan.architecture.weightFormat)).toBe(4);
    expect(count(({ measurement }) => measurement.source)).toBe(19);
    expect(count(({ measurement }) => measurement.modelId)).toBeGreaterThanOrEqual(15);
  });

  it("is read cell by cell as it stands there", () => {
    for (const sample of SAMPLES) {
      const cells = sampleCells(`${sample}.csv`);
      for (const [i, row] of sampleRows(sample).entries()) {
        for (const [name, value] of Object.entries(row)) {
          const column = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
          const cell = cells[i]![column]!;
          expect(value, `${column} of row ${i}`).toBe(
            typeof value === "number" ? Number(cell) : cell === "" && value === null ? null : cell,
          );
        }
      }
    }
  });
});

/** The report of `accuracy`, and a line for each figure. */
async function accuracyOf(path: string): Promise<{
  report: AccuracyReport;
  figures: readonly Readonly<Record<string, string>>[];
}> {
  const out = join(directory, "predictions.csv");
  const { code, stdout } = await cli(["accuracy", "--data", path, "--predictions", out, "--json"]);
  expect(code).toBe(0);
  return {
    report: JSON.parse(stdout),
    figures: parse(readFileSync(out, "utf8"), { columns: true }),
  };
}

/**
 * What `accuracy` prints of the sample with the shipped constants, shares. They are what they are: a change of them is a change of
 * the model or of its constants, and wants a reason. Bounds hold what docs/accuracy.md says of the rows.
 */
const PRINTED: Readonly<
  Record<
    Sample,
    {
      readonly figures: number;
      readonly median: number;
      readonly mean: number;
      readonly coverage: number;
      readonly bounds: {
        readonly median: number;
        readonly mean: number;
        readonly coverage: number;
      };
    }
  >
> = {
  fitted: {
    figures: 180,
    median: 0.089,
    mean: 0.165,
    coverage: 0.849,
    bounds: { median: 0.1, mean: 0.2, coverage: 0.8 },
  },
  unseen: {
    figures: 71,
    median: 0.602,
    mean: 0.965,
    coverage: 0.528,
    bounds: { median: 0.75, mean: 1.2, coverage: 0.4 },
  },
};
/** Share by which a printed figure may move before it is looked at. */
const DRIFT = 0.02;

const middle = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return (sorted[Math.ceil(half) - 1]! + sorted[Math.floor(half)]!) / 2;
};
const average = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe.each(SAMPLES)("accuracy on the rows of %s.csv", (sample) => {
  const path = samplePath(`${sample}.csv`);
  const expected = PRINTED[sample];

  it("is within the stated bounds, and what it was", async () => {
    const { report } = await accuracyOf(path);
    const { macro_median, macro_mean } = report.errors.overall;
    const { coverage } = report.coverage!.overall;
    expect(report.figures).toBe(expected.figures);
    expect(report.rows_refused).toBe(0);
    expect(macro_median).toBeLessThanOrEqual(expected.bounds.median);
    expect(macro_mean).toBeLessThanOrEqual(expected.bounds.mean);
    expect(coverage).toBeGreaterThanOrEqual(expected.bounds.coverage);
    for (const [value, was] of [
      [macro_median, expected.median],
      [macro_mean, expected.mean],
      [coverage, expected.coverage],
    ] as const) {
      expect(Math.abs(value / was - 1)).toBeLessThanOrEqual(DRIFT);
    }
  });

  it("is computed from the figures that it writes", async () => {
    const { report, figures } = await accuracyOf(path);
    const groups = new Map<string, { errors: number[]; inside: number[] }>();
    for (const { config_group, measured, predicted, low, high } of figures) {
      const group = groups.get(config_group!) ?? { errors: [], inside: [] };
      groups.set(config_group!, group);
      group.errors.push(Math.exp(Math.abs(Math.log(Number(predicted) / Number(measured)))) - 1);
      const isInside = Number(low) <= Number(measured) && Number(measured) <= Number(high);
      group.inside.push(isInside ? 1 : 0);
    }
    const errors = [...groups.values()].map((group) => middle(group.errors));
    const { overall } = report.errors;
    expect(overall.groups).toBe(errors.length);
    expect(overall.macro_mean).toBeCloseTo(average(errors), 10);
    expect(overall.macro_median).toBeCloseTo(middle(errors), 10);
    const covered = average([...groups.values()].map(({ inside }) => average(inside)));
    expect(report.coverage!.overall.coverage).toBeCloseTo(covered, 10);
  });

  it("compares with what the rows measured", async () => {
    const { figures } = await accuracyOf(path);
    const cells = sampleCells(`${sample}.csv`);
    for (const { source, source_row, config_group, target, measured } of figures) {
      const rows = cells.filter(
        (row) =>
          row.source === source &&
          row.source_row === source_row &&
          row.config_group === config_group,
      );
      expect(rows.map((row) => Number(row[target!]))).toContain(Number(measured));
    }
  });

  it("is the same whatever the order of rows and columns, and without addresses and licences", async () => {
    const cells = sampleCells(`${sample}.csv`);
    const columns = Object.keys(cells[0]!).filter(
      (column) => column !== "source_url" && column !== "licence",
    );
    const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    const text = [
      columns.toReversed(),
      ...cells
        .map((_, i) => cells[(i * 59) % cells.length]!)
        .map((row) => columns.toReversed().map((column) => row[column]!)),
    ]
      .map((line) => line.map(quoted).join(","))
      .join("\n");
    expect(cells.length % 59).not.toBe(0);
    writeFiles(directory, { "turned.csv": `${text}\n` });
    const turned = await accuracyOf(join(directory, "turned.csv"));
    expect(turned.report).toEqual((await accuracyOf(path)).report);
  });

  it("moves the logarithm of every error by ln 2 when all measurements are halved", async () => {
    // Nothing that was measured may enter a prediction.
    const { report, figures } = await accuracyOf(path);
    const halved = figures.map(({ measured, predicted }) =>
      Math.log((2 * Number(predicted)) / Number(measured)),
    );
    const cells = sampleCells(`${sample}.csv`);
    const columns = Object.keys(cells[0]!);
    const isMeasured = (column: string): boolean => /_per_s$|^(ttft|tpot)_ms$/.test(column);
    const half = (row: Readonly<Record<string, string>>, column: string): string =>
      isMeasured(column) && row[column] !== "" ? String(Number(row[column]) / 2) : row[column]!;
    const text = [columns, ...cells.map((row) => columns.map((column) => half(row, column)))]
      .map((line) => line.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(","))
      .join("\n");
    writeFiles(directory, { "halved.csv": `${text}\n` });
    const after = await accuracyOf(join(directory, "halved.csv"));
    expect(
      after.figures.map(({ measured, predicted }) =>
        Math.log(Number(predicted) / Number(measured)),
      ),
    ).toEqual(halved.map((value) => expect.closeTo(value, 9)));
    const bias = (each: AccuracyReport): number => Math.log1p(each.errors.overall.geometric_bias);
    expect(bias(after.report) - bias(report)).toBeCloseTo(Math.LN2, 9);
  });
});

describe("rows of the sample and placements", () => {
  const isEngine = (profile: string): profile is Engine =>
    (ENGINES as readonly string[]).includes(profile);
  /** Rows that a placement can be: an engine that users name, in one group, its prompts in one chunk where it has none. */
  const placeable = SAMPLES.flatMap((sample) => targetRows(sampleRows(sample)).rows).filter(
    ({ plan }) =>
      isEngine(plan.profile) &&
      !plan.staticBatch &&
      plan.pipelineStages === 1 &&
      plan.inputTokens <= 8192 &&
      plan.tpDegree <= 8,
  );

  test("are many", () => {
    expect(placeable.length).toBeGreaterThanOrEqual(130);
  });

  test("have the same throughput, TPOT and TTFT in a steady closed loop", () => {
    for (const { plan, measurement } of placeable) {
      const engine = plan.profile as Engine;
      // What a row says of how it was measured is set aside; model, GPU, engine, TP, lengths and concurrency are the row's.
      const loop = {
        ...plan,
        kind: "online_e2e" as const,
        hostBridge: plan.gpu.link === "pcie3" || plan.gpu.link === "pcie4",
        replicas: 1,
        crossesNodes: false,
        ethernetGbits: ETHERNET_GBITS,
        requests: null,
        lengths: "random" as const,
        burst: false,
        arrivalsPerSecond: null,
        memoryUtilization: null,
      };
      const wanted = Math.round(plan.batch ?? 256);
      const { kvSequences } = predictRow({ ...loop, batch: wanted }, FITTED_VALUES);
      const batch = Math.max(1, Math.min(wanted, Math.floor(kvSequences)));
      const row = predictRow({ ...loop, batch }, FITTED_VALUES);
      const { architecture, gpu, tpDegree, inputTokens, outputTokens } = plan;
      const placed = predictPlacement(
        {
          ...{ architecture, gpu, engine, tpDegree, inputTokens, outputTokens },
          ...{ stages: 1, sequences: batch, values: FITTED_VALUES },
        },
        "aggregated",
        batch,
      );
      const name = `${measurement.source} ${measurement.sourceRow}`;
      expect(placed.requestsPerSecond / row.requestsPerSecond, name).toBeCloseTo(1, 9);
      expect(placed.latency.tpotSeconds! / row.tpotSeconds, name).toBeCloseTo(1, 9);
      expect(placed.latency.ttftSeconds! / row.ttftSeconds, name).toBeCloseTo(1, 9);
    }
  });
});

describe("docs/accuracy.md", () => {
  it("says of the sample what `accuracy` prints", async () => {
    const text = readDocument("docs/accuracy.md").replace(/\s+/g, " ");
    const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
    for (const sample of SAMPLES) {
      const { report } = await accuracyOf(samplePath(`${sample}.csv`));
      const { macro_median, macro_mean } = report.errors.overall;
      expect(text).toContain(
        `${percent(macro_median)} / ${percent(macro_mean)}, ${percent(report.coverage!.overall.coverage)}`,
      );
    }
  });

  it("is read with the same reader from a text without the columns of provenance", () => {
    const [first] = sampleRows("fitted");
    const columns = Object.keys(sampleCells("fitted.csv")[0]!);
    expect(columns.slice(-2)).toEqual(["source_url", "licence"]);
    const [head, line] = readFileSync(samplePath("fitted.csv"), "utf8").split("\n");
    const cut = (text: string): string => text.split(",").slice(0, -2).join(",");
    expect(parseMeasurements(`${cut(head!)}\n${cut(line!)}\n`, "cut.csv")).toEqual([first]);
  });
});
