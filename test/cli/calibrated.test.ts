import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { beforeAll, describe, expect, it } from "vitest";
import {
  CALIBRATED_PARAMETERS,
  type CalibratedParameter,
  type Multiplier,
  valueName,
} from "../../src/calibration/calibration-file.ts";
import { SHIPPED } from "../../src/cost/calibrated/shipped.ts";
import type { Engine } from "../../src/engines/engines.ts";
import { calibrationText } from "../../src/input/measurements/parse-calibration.ts";
import type { StageMetrics } from "../../src/placement/evaluation.ts";
import { visibleWidth } from "../../src/report/layout.ts";
import { configText } from "../input/texts.ts";
import { cli, PLACEMENT, scratchDirectory, TINY, WORKLOAD, writeFiles } from "./harness.ts";

const root = scratchDirectory();
const problem = join(root, "problem");
const SPLIT = ["--instance-family", "box.2x", "--tp-degree", "2", "--pp-stages", "1"];
const EVALUATE = ["evaluate", "--config-dir", problem, ...WORKLOAD, ...SPLIT];
const SOLVE = ["solve", "--config-dir", problem, ...WORKLOAD];

/** A calibration with all factors 1 but those given. */
function calibration(
  engine: Engine,
  factors: Readonly<Partial<Record<CalibratedParameter, number>>>,
): string {
  const errors = { macro_mean: 0.2, macro_median: 0.1 };
  const multipliers = Object.fromEntries(
    CALIBRATED_PARAMETERS.map((name): [string, Multiplier] => [
      name,
      {
        multiplier: factors[name] ?? 1,
        log_sd: 0,
        shipped: SHIPPED.values[valueName(name, engine)]!,
        figures: 0,
      },
    ]),
  ) as Record<CalibratedParameter, Multiplier>;
  return calibrationText({
    engine,
    gpus: ["A100-SXM4-80GB"],
    multipliers,
    rows: 4,
    figures: 8,
    errors: { before: errors, after: errors, left_out: null },
    sources: ["runs.csv"],
  });
}

beforeAll(() => {
  const config = configText({ cost_model: null, layer_weight_memory_gb: "0.0132" });
  writeFiles(problem, { ...TINY, "config.csv": config });
  writeFiles(root, {
    "same.json": calibration("vllm", {}),
    "slow.json": calibration("vllm", { stepMs: 3, httpMs: 2 }),
    "other.json": calibration("rocm", {}),
  });
});

const metricsOf = async (...argv: string[]) =>
  JSON.parse((await cli([...argv, "--json"])).stdout).metrics;

describe("the calibrated cost model", () => {
  it("is the default, and predicts what a serving engine does", async () => {
    const metrics = await metricsOf(...EVALUATE);
    const { ttft_ms, tpot_ms, throughput_tokens_per_sec: rate, uncertainty } = metrics;
    expect(ttft_ms).toBeGreaterThan(0);
    expect(tpot_ms).toBeGreaterThan(0);
    for (const [value, { low, high }] of [
      [rate, uncertainty.throughput_tokens_per_sec],
      [ttft_ms, uncertainty.ttft_ms],
      [tpot_ms, uncertainty.tpot_ms],
    ]) {
      expect(low).toBeLessThan(value);
      expect(high).toBeGreaterThan(value);
    }
    expect(["measured_alike", "same_gpu_class", "extrapolated"]).toContain(uncertainty.confidence);
    expect(uncertainty.reasons.length).toBeGreaterThan(0);
    expect(metrics.max_concurrency).toBeCloseTo(metrics.kv_cache_tokens / 160, 6);
    expect(await metricsOf(...EVALUATE, "--cost-model", "calibrated")).toEqual(metrics);
  });

  it("bills memory so that the items add up to the GPU's", async () => {
    const { stages } = await metricsOf(...EVALUATE);
    for (const stage of stages as StageMetrics[]) {
      const items =
        stage.memory_weights_gb +
        stage.memory_kv_cache_gb +
        stage.memory_activations_gb +
        stage.memory_runtime_gb +
        stage.memory_reserve_gb +
        stage.memory_headroom_gb;
      expect(items).toBeCloseTo(stage.memory_capacity_gb, 6);
      expect(stage.memory_embedding_gb).toBeGreaterThan(0);
      expect(stage.memory_lm_head_gb).toBeGreaterThan(0);
    }
  });

  it("reports in 100 columns what the reference model has no word for", async () => {
    for (const argv of [EVALUATE, SOLVE]) {
      const { stdout, code } = await cli(argv);
      expect(code).toBe(0);
      for (const word of ["TTFT", "TPOT", "Confidence", "Memory of each GPU, GiB"]) {
        expect(stdout).toContain(word);
      }
      expect(stdout).toMatch(/GPU KV cache size: [\d,]+ tokens\n/);
      expect(stdout).toMatch(/Maximum concurrency for 160 tokens per request: [\d.]+x\n/);
      for (const line of stdout.split("\n")) expect(visibleWidth(line)).toBeLessThanOrEqual(100);
    }
    const { stdout } = await cli([...EVALUATE, "--cost-model", "reference"]);
    expect(stdout).not.toMatch(
      /TTFT|TPOT|Confidence|KV cache size|GiB\n {2}stage {2}layers {2}emb/,
    );
  });

  it("knows the engine and its settings", async () => {
    const kvTokens = async (...flags: string[]): Promise<number> =>
      (await metricsOf(...EVALUATE, ...flags)).kv_cache_tokens;
    const usual = await kvTokens();
    expect(await kvTokens("--gpu-memory-utilization", "0.92")).toBe(usual);
    expect(await kvTokens("--gpu-memory-utilization", "0.5")).toBeLessThan(usual);
    expect(await kvTokens("--max-num-batched-tokens", "65536")).toBeLessThan(usual);
    expect(await kvTokens("--engine", "tensorrt-llm")).not.toBe(usual);
    const { stdout } = await cli([...EVALUATE, "--max-model-len", "4096"]);
    expect(stdout).toContain("Maximum concurrency for 4,096 tokens per request:");
  });

  it("refuses a placement of requests that are longer than the engine takes", async () => {
    const path = join(root, "p.json");
    writeFiles(root, { "p.json": JSON.stringify(PLACEMENT) });
    const argv = ["evaluate", "--config-dir", problem, "--placement", path];
    expect((await cli([...argv, "--max-model-len", "160"])).code).toBe(0);
    expect((await cli([...argv, "--max-model-len", "159"])).stderr).toBe(
      `error: ${path}: its 128 input + 32 output tokens exceed the longest request, 159 tokens. Raise --max-model-len (max_model_len), or give shorter lengths.\n`,
    );
  });

  it("takes the spread of lengths into account", async () => {
    const fixed = await metricsOf(...EVALUATE);
    const spread = await metricsOf(...EVALUATE, "--input-length-p95", "400");
    expect(spread.ttft_ms).not.toBe(fixed.ttft_ms);
    const solved = JSON.parse(
      (await cli([...SOLVE, "--output-length-p95", "90", "--json"])).stdout,
    );
    expect(solved.status).toBe("optimal");
  });

  it("leaves percentiles of data.csv empty: it predicts means", async () => {
    const out = join(root, "sweep");
    await cli(["sweep", "--config-dir", problem, ...WORKLOAD, "--out", out]);
    const rows: Record<string, string>[] = parse(readFileSync(join(out, "data.csv"), "utf8"), {
      columns: true,
    });
    expect(rows.some(({ status }) => status === "SUCCESS")).toBe(true);
    for (const row of rows) expect([row.ttft_p50_s, row.tpot_p50_s]).toEqual(["", ""]);
  });

  it("says of what it does not know", async () => {
    writeFiles(join(root, "unknown"), {
      ...TINY,
      "config.csv": configText({ cost_model: null }),
      "cloud_instances_specs.csv": String(TINY["cloud_instances_specs.csv"]).replace(
        "NVIDIA T4",
        "Etched Sohu",
      ),
    });
    const { code, stderr, stdout } = await cli([
      "solve",
      "--config-dir",
      join(root, "unknown"),
      ...WORKLOAD,
    ]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain('the GPU "Etched Sohu" of box.1x is unknown to the calibrated');
  });
});

describe("a calibration", () => {
  const calibrated = (name: string) => [...EVALUATE, "--calibration", join(root, name)];

  it("of factors 1 changes nothing, others change what is predicted", async () => {
    const shipped = await metricsOf(...EVALUATE);
    expect(await metricsOf(...calibrated("same.json"))).toEqual(shipped);
    const slow = await metricsOf(...calibrated("slow.json"));
    expect(slow.tpot_ms).toBeGreaterThan(shipped.tpot_ms);
    expect(slow.ttft_ms).toBeGreaterThan(shipped.ttft_ms);
    expect(slow.throughput_tokens_per_sec).toBeLessThan(shipped.throughput_tokens_per_sec);
  });

  it("of another engine is refused", async () => {
    const path = join(root, "other.json");
    expect(await cli(calibrated("other.json"))).toEqual({
      code: 1,
      stdout: "",
      stderr: `error: ${path}: engine: the calibration is for rocm, but the engine is vllm. Give --engine rocm, or a calibration for vllm.\n`,
    });
    expect((await cli([...calibrated("other.json"), "--engine", "rocm"])).code).toBe(0);
  });

  it("that is not there is refused", async () => {
    expect((await cli(calibrated("none.json"))).stderr).toBe(
      `error: ${join(root, "none.json")}: there is no such file. Check the path.\n`,
    );
  });
});
