import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { calibrate } from "../../src/calibration/calibrate.ts";
import { predictTarget, targetRows } from "../../src/calibration/targets.ts";
import { SHIPPED } from "../../src/cost/calibrated/shipped.ts";
import { calibrationText } from "../../src/input/measurements/parse-calibration.ts";
import { parseMeasurements } from "../../src/input/measurements/parse-measurements.ts";
import { measuredCsv } from "../input/measured-csv.ts";
import { cli, scratchDirectory, writeFiles } from "./harness.ts";

/**
 * All measured data of the field, which licences keep outside the repository: this test runs where it lies beside it. What holds on
 * the rows that may be passed on is in test/calibration/sample.test.ts, which always runs.
 */
const MEASURED = new URL("../../../shared/measured/calibration.csv", import.meta.url);

const directory = scratchDirectory();
const path = (name: string): string => join(directory, name);

const CSV = measuredCsv(
  { batch_or_concurrency: "1" },
  { input_len: "", source_row: "2" },
  { kind: "offline_e2e", output_tokens_per_s: "900", source_row: "3", batch_or_concurrency: "" },
  { tp: "2", config_group: "L40S|8b|tp2", batch_or_concurrency: "1", source_row: "4" },
);

writeFiles(directory, { "data.csv": CSV });

describe("accuracy", () => {
  it("prints the tables of what could be predicted, and why the rest was not", async () => {
    const { code, stdout, stderr } = await cli(["accuracy", "--data", path("data.csv")]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^5 figures of 3 measured rows predicted: median error \d+\.\d %/);
    expect(stdout).toContain("1 row rejected:\n  - 1 × input_len is empty\n");
    for (const title of ["Errors by kind", "Errors by GPU", "The worst config groups"]) {
      expect(stdout).toContain(`\n${title}\n`);
    }
    expect(stdout).toContain("Coverage of the 80 % intervals");
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
  });

  it("writes a line for every figure and every refused row, in the order of the data", async () => {
    const out = path("predictions.csv");
    const argv = ["accuracy", "--data", path("data.csv"), "--predictions", out, "--json"];
    const { code, stdout } = await cli(argv);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      status: "SUCCESS",
      figures: 5,
      rows_predicted: 3,
      rows_refused: 1,
      warnings: [],
    });
    const { rows } = targetRows(parseMeasurements(CSV, "data.csv"));
    const values = SHIPPED.values;
    const lines = readFileSync(out, "utf8").trimEnd().split("\n");
    expect(lines[0]).toBe(
      "source,source_row,kind,config_group,target,measured,predicted,low,high,reason",
    );
    expect(lines[3]).toBe("lab,2,online_e2e,L40S|8b|tp1,,,,,,input_len is empty");
    const predicted = lines.slice(1).filter((line) => !line.endsWith("is empty"));
    expect(predicted).toHaveLength(5);
    for (const [i, line] of predicted.entries()) {
      const [source, row, kind, group, target, measured, value, low, high, reason] =
        line.split(",");
      const expected = rows[i]!;
      expect({ source, row, kind, group, target, measured, reason }).toEqual({
        source: "lab",
        row: expected.measurement.sourceRow,
        kind: expected.measurement.kind,
        group: expected.measurement.configGroup,
        target: expected.target,
        measured: String(expected.measured),
        reason: "",
      });
      expect(value).toBe(String(predictTarget(expected, values)));
      expect(Number(low)).toBeLessThan(Number(value));
      expect(Number(high)).toBeGreaterThan(Number(value));
    }
  });

  it("answers the same bytes again", async () => {
    const argv = ["accuracy", "--data", path("data.csv"), "--json"];
    expect(await cli(argv)).toEqual(await cli(argv));
  });

  it("predicts with a calibration, and warns of rows that it is not of", async () => {
    const { rows } = targetRows(parseMeasurements(measuredCsv({}), "data.csv"));
    const calibration = calibrate(rows, "vllm", ["data.csv"], SHIPPED.values);
    const other = measuredCsv({}, { engine: "TensorRT-LLM 1.0" });
    writeFiles(directory, { "c.json": calibrationText(calibration), "other.csv": other });
    const argv = ["accuracy", "--data", path("other.csv"), "--json"];
    const before = JSON.parse((await cli(argv)).stdout);
    const { stdout, stderr } = await cli([...argv, "--calibration", path("c.json")]);
    expect(stderr).toBe(
      `warning: ${path("c.json")}: it is for vllm; for 1 row of other engines it changes the collectives only.\n`,
    );
    const after = JSON.parse(stdout);
    const engines = (report: typeof after) =>
      report.errors.tables.find(({ by }: { by: string }) => by === "engine").lines;
    expect(engines(after)[0]).toEqual(engines(before)[0]);
    expect(engines(after)[1]).not.toEqual(engines(before)[1]);
  });

  it.each<[string, string, string]>([
    [
      "no row that can be predicted",
      measuredCsv({ tp: "" }, { gpu: "L40Z" }, { tp: "" }),
      ": none of its rows can be predicted. Fix the rows; 2 rejected: tp is empty.",
    ],
    [
      "no row",
      measuredCsv(),
      ": none of its rows can be predicted. Give at least one row below the header.",
    ],
    [
      "an unknown column",
      measuredCsv({}).replace("ttft_ms", "ttft_msec"),
      ':1: unknown column "ttft_msec". Did you mean "ttft_ms"?',
    ],
    [
      "a column missing",
      measuredCsv({})
        .replace(/,config_group/, "")
        .replace(/,[^,\n]*\n$/, "\n"),
      ":1: the header lacks the column config_group.",
    ],
    [
      "a cell that is no number",
      measuredCsv({}, { tpot_ms: "fast" }),
      ':3, column tpot_ms: tpot_ms is "fast", which is not a decimal number. Give a number of milliseconds from 0.',
    ],
    ["an unknown kind", measuredCsv({ kind: "online" }), ':2: unknown kind "online".'],
  ])("refuses a file with %s", async (_, text, message) => {
    writeFiles(directory, { "bad.csv": text });
    const { code, stdout, stderr } = await cli(["accuracy", "--data", path("bad.csv")]);
    expect(stderr).toContain(`error: ${path("bad.csv")}${message}`);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  });

  it("still writes why nothing could be predicted", async () => {
    writeFiles(directory, { "none.csv": measuredCsv({ pp: "" }) });
    const out = path("none-predictions.csv");
    const argv = ["accuracy", "--data", path("none.csv"), "--predictions", out];
    expect((await cli(argv)).code).toBe(1);
    expect(readFileSync(out, "utf8")).toMatch(
      /\nlab,1,online_e2e,L40S\|8b\|tp1,,,,,,pp is empty\n$/,
    );
  });

  it("wants data", async () => {
    expect((await cli(["accuracy"])).stderr).toBe(
      "error: --data: it is missing. Give a CSV of measured rows.\n",
    );
    expect((await cli(["accuracy", "--data", path("nowhere.csv")])).stderr).toBe(
      `error: ${path("nowhere.csv")}: there is no such file. Check the path.\n`,
    );
  });
});

describe.skipIf(!existsSync(MEASURED))("accuracy on measured data of the field", () => {
  it("predicts all rows but those without lengths", async () => {
    const out = path("field.csv");
    const { code, stdout } = await cli([
      "accuracy",
      "--data",
      MEASURED.pathname,
      "--predictions",
      out,
      "--json",
    ]);
    expect(code).toBe(0);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      rows_predicted: 3632,
      refusals: [{ reason: "input_len is empty", rows: 3 }],
    });
    expect(readFileSync(out, "utf8").trimEnd().split("\n")).toHaveLength(report.figures + 4);
    const [fixed, free] = report.decisions;
    expect([fixed.all[0].sets, free.all[0].sets]).toEqual([1024, 559]);
    for (const { non_trivial } of [fixed, free]) {
      const regretOf = (chooser: string): number =>
        non_trivial.find((each: { chooser: string }) => each.chooser === chooser).mean_regret;
      expect(regretOf("model")).toBeLessThan(regretOf("fewest GPUs") / 5);
    }
  });
});
