import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { predictTarget, targetRows } from "../../src/calibration/targets.ts";
import { SHIPPED } from "../../src/cost/calibrated/shipped.ts";
import { parseCalibration } from "../../src/input/measurements/parse-calibration.ts";
import { parseMeasurements } from "../../src/input/measurements/parse-measurements.ts";
import { benchResult, WITHOUT_DIMENSIONS } from "../input/bench-results.ts";
import { measuredCsv } from "../input/measured-csv.ts";
import { cli, scratchDirectory, TINY, writeFiles } from "./harness.ts";

const directory = scratchDirectory();
const path = (name: string): string => join(directory, name);

/** Rows of two deployments on a host whose latencies are these factors of what is predicted as shipped. */
function hostCsv(factorOfTp1: number, factorOfTp2: number): string {
  const rows = ["1", "2"].flatMap((tp) =>
    ["1", "8", "32"].map((batch) => ({
      tp,
      batch_or_concurrency: batch,
      config_group: `L40S|8b|tp${tp}`,
    })),
  );
  const { rows: targets } = targetRows(parseMeasurements(measuredCsv(...rows), "host.csv"));
  const values = SHIPPED.values;
  const latency = (index: number): string => {
    const row = targets[index]!;
    const factor = row.plan.tpDegree === 1 ? factorOfTp1 : factorOfTp2;
    return String(predictTarget(row, values) * factor);
  };
  return measuredCsv(
    ...rows.map((row, i) => ({ ...row, ttft_ms: latency(2 * i), tpot_ms: latency(2 * i + 1) })),
  );
}

writeFiles(directory, {
  "slow.csv": hostCsv(1.4, 1.4),
  "contrary.csv": hostCsv(1.5, 1 / 1.5),
  "bench.jsonl": `${[1, 8, 32].map((n) => JSON.stringify(benchResult({ max_concurrency: n }))).join("\n")}\n`,
  "no-model.json": JSON.stringify(benchResult(WITHOUT_DIMENSIONS)),
  "no-tp.json": JSON.stringify(benchResult({ tp: null, gpu: null })),
  ...TINY,
});

function run(...argv: readonly string[]) {
  return cli(["calibrate", ...argv]);
}

describe("calibrate", () => {
  it("says what it fitted, and writes it when it helps", async () => {
    const out = path("slow.json");
    const { code, stdout, stderr } = await run("--data", path("slow.csv"), "--out", out);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^12 figures of 6 measured rows: vllm on L40S\.\n/);
    expect(stdout).toMatch(/\n {2}before +40\.0 % +40\.0 %\n/);
    expect(stdout).toMatch(/on held-out config groups \(2 fits\)/);
    expect(stdout).toMatch(
      /\nIt helps: mean error \d+\.\d % instead of 40\.0 % on held-out config groups/,
    );
    expect(stdout).toContain(`\nWritten to ${out}\n`);
    for (const line of stdout.split("\n").slice(0, -2))
      expect(line.length).toBeLessThanOrEqual(100);
    const calibration = parseCalibration(readFileSync(out, "utf8"), out);
    expect(calibration).toMatchObject({ engine: "vllm", rows: 6, sources: ["slow.csv"] });
    expect(calibration.multipliers.readFactor.multiplier).toBeLessThan(1);
  });

  it("writes the same bytes again, and no date", async () => {
    const [first, second] = [path("1.json"), path("2.json")];
    await run("--data", path("slow.csv"), "--out", first);
    await run("--data", path("slow.csv"), "--out", second);
    expect(readFileSync(first, "utf8")).toBe(readFileSync(second, "utf8"));
    expect(readFileSync(first, "utf8")).not.toMatch(/20\d\d-\d\d/);
  });

  it("does not write what does not help, unless it is forced to", async () => {
    const out = path("contrary.json");
    const argv = ["--data", path("contrary.csv"), "--out", out];
    const refused = await run(...argv);
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain("\nIt does not help: ");
    expect(refused.stderr).toMatch(
      /^error: --out: .*contrary\.json was not written\. It does not help: .* Use --force to write it anyway\.\n$/,
    );
    expect(existsSync(out)).toBe(false);
    const forced = await run(...argv, "--force");
    expect(forced).toMatchObject({ code: 0, stderr: "" });
    expect(forced.stdout).toContain("It does not help: ");
    expect(existsSync(out)).toBe(true);
  });

  it("reads results of vllm bench serve, beside CSV", async () => {
    const { code, stdout } = await run("--data", path("bench.jsonl"), path("slow.csv"), "--json");
    expect(code).toBe(0);
    const answer = JSON.parse(stdout);
    expect(answer).toMatchObject({
      status: "SUCCESS",
      written: null,
      calibration: {
        engine: "vllm",
        rows: 9,
        figures: 18,
        sources: ["bench.jsonl", "slow.csv"],
        errors: { left_out: { what: "config_group", folds: 3 } },
      },
      refusals: [],
      warnings: [],
    });
    expect(typeof answer.helps).toBe("boolean");
  });

  it("takes the model from a problem's directory", async () => {
    const { code, stdout } = await run(
      "--data",
      path("no-model.json"),
      "--config-dir",
      directory,
      "--json",
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout).calibration).toMatchObject({ rows: 1, figures: 2 });
  });

  it("refuses a model that the directory contradicts, and several models for one directory", async () => {
    const some = JSON.stringify(benchResult({ ...WITHOUT_DIMENSIONS, num_layers: "32" }));
    writeFiles(directory, { "some.json": some });
    const argv = ["--config-dir", directory];
    expect((await run("--data", path("some.json"), ...argv)).stderr).toBe(
      `error: ${path("some.json")}: there are no rows to calibrate with. 1 row rejected: num_layers is 32, but config.csv says 12.\n`,
    );
    const two = [
      benchResult(WITHOUT_DIMENSIONS),
      benchResult({ ...WITHOUT_DIMENSIONS, model_id: "b" }),
    ];
    writeFiles(directory, { "two.json": JSON.stringify(two) });
    expect((await run("--data", path("two.json"), ...argv)).stderr).toBe(
      "error: --config-dir: the measurements that do not state their model are from several: meta-llama/Llama-3.1-8B, b. Calibrate with those of one model, or add the dimensions to them.\n",
    );
  });

  it("names the keys to add", async () => {
    expect((await run("--data", path("no-tp.json"))).stderr).toBe(
      `error: ${path("no-tp.json")}: there are no rows to calibrate with. 1 row rejected: gpu, tp missing: add --metadata gpu=… tp=… to vllm bench serve, or the keys to the file.\n`,
    );
    expect((await run("--data", path("no-model.json"))).stderr).toBe(
      `error: ${path("no-model.json")}: there are no rows to calibrate with. 1 row rejected: the model is unknown: give --config-dir, or add --metadata num_layers=… hidden_size=… intermediate_size=… num_heads=… num_kv_heads=… vocab_size=… weight_bytes_per_param=… to vllm bench serve.\n`,
    );
    const { stdout } = await run("--data", path("no-tp.json"), path("bench.jsonl"));
    expect(stdout).toContain("1 row rejected:\n  - 1 × gpu, tp missing: add --metadata");
  });

  it("calibrates one engine at a time", async () => {
    writeFiles(directory, { "mixed.csv": measuredCsv({}, { engine: "TensorRT-LLM 1.0" }) });
    expect((await run("--data", path("mixed.csv"))).stderr).toBe(
      "error: --engine: the rows are from several engines: tensorrt-llm, vllm. Give one of vllm, tensorrt-llm, vllm-eager, rocm, llama.cpp.\n",
    );
    const { stdout } = await run("--data", path("mixed.csv"), "--engine", "vllm", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      helps: false,
      calibration: { engine: "vllm", rows: 1, errors: { left_out: null } },
      refusals: [{ reason: "its engine is tensorrt-llm", rows: 1 }],
    });
  });

  it("does not calibrate an engine of the past", async () => {
    writeFiles(directory, { "old.csv": measuredCsv({ engine: "vLLM v0.6.x" }) });
    expect((await run("--data", path("old.csv"))).stderr).toBe(
      "error: --engine: the rows are from vllm-0.6, which no command supports. Give one of vllm, tensorrt-llm, vllm-eager, rocm, llama.cpp.\n",
    );
  });

  it("wants data and a model that is there", async () => {
    expect((await run()).stderr).toBe(
      "error: --data: it is missing. Give CSV files of measured rows, or results of vllm bench serve.\n",
    );
    const nowhere = join(directory, "nowhere");
    expect((await run("--data", path("bench.jsonl"), "--config-dir", nowhere)).stderr).toBe(
      `error: ${nowhere}: there is no config.csv in it. Give --config-dir the directory that holds config.csv.\n`,
    );
    const { stderr } = await run("--data", path("bench.jsonl"), "--engine", "vlm");
    expect(stderr).toBe('error: --engine: "vlm" is not an engine. Did you mean "vllm"?\n');
  });
});
