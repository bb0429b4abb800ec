import { describe, expect, it } from "vitest";
import { runTargets } from "../../src/calibration/measured-run.ts";
import { InputError } from "../../src/errors.ts";
import { type BenchResult, parseVllmBench } from "../../src/input/measurements/parse-vllm-bench.ts";
import { benchResult } from "./bench-results.ts";

function parse(text: string): BenchResult[] {
  return parseVllmBench(text, "dir/bench.json", "bench.json", "vllm");
}

function one(changes: Readonly<Record<string, unknown>> = {}): BenchResult {
  return parse(JSON.stringify(benchResult(changes)))[0]!;
}

describe("results of vllm bench serve", () => {
  it("are rows of a closed loop, with metadata read as numbers", () => {
    const { run, missing, warnings } = one();
    expect({ missing, warnings }).toEqual({ missing: [], warnings: [] });
    expect(run.measurement).toMatchObject({
      source: "bench.json",
      sourceRow: "1",
      kind: "online_e2e",
      modelId: "meta-llama/Llama-3.1-8B",
      gpu: "L40S",
      tp: 2,
      pp: 1,
      dp: null,
      numLayers: 32,
      weightBytesPerParam: 2,
      batchOrConcurrency: 8,
      inputLen: 1024,
      outputLen: 256,
      ttftMs: 250,
      tpotMs: 15,
      outputTokensPerS: 512,
      engine: "vllm",
    });
    const { rows } = runTargets([run]);
    expect(rows.map(({ target, measured }) => [target, measured])).toEqual([
      ["ttft_ms", 250],
      ["tpot_ms", 15],
    ]);
    expect(rows[0]!.plan).toMatchObject({ batch: 8, requests: 100, arrivalsPerSecond: null });
  });

  it("may be an array or stand one a line, and say so in messages", () => {
    const results = [benchResult(), benchResult({ max_concurrency: 16 })];
    const lines = results.map((result) => JSON.stringify(result)).join("\n");
    for (const text of [JSON.stringify(results, null, 1), lines, `\n${lines}\n`]) {
      const batches = parse(text).map(({ run }) => run.measurement.batchOrConcurrency);
      expect(batches).toEqual([8, 16]);
    }
    const bad = [benchResult(), benchResult({ tp: "two" })];
    expect(() => parse(JSON.stringify(bad))).toThrow(
      'dir/bench.json: [1]: tp: it is "two", which is not a decimal number. Give a whole number of GPUs from 1.',
    );
    expect(() => parse(bad.map((result) => JSON.stringify(result)).join("\n"))).toThrow(
      "dir/bench.json:2: tp: it is",
    );
  });

  it("of all requests at once are runs at maximum load, of which the throughput counts", () => {
    const { rows } = runTargets([one({ max_concurrency: null }).run]);
    expect(rows.map(({ target, measured }) => [target, measured])).toEqual([
      ["output_tokens_per_s", 512],
    ]);
    expect(rows[0]!.plan).toMatchObject({ batch: null, requests: 100 });
  });

  it("of a rate have as many requests in flight as Little's law says", () => {
    // 2 requests/s of 250 + 255 · 15 = 4075 ms.
    const open = one({ max_concurrency: null, request_rate: 2 }).run;
    expect(open.measurement.batchOrConcurrency).toBeCloseTo(8.15, 12);
    expect(runTargets([open]).rows[0]!.plan.arrivalsPerSecond).toBe(2);
    const measuredLatency = one({ max_concurrency: null, request_rate: 2, mean_e2el_ms: 5000 });
    expect(measuredLatency.run.measurement.batchOrConcurrency).toBe(10);
  });

  it("of a rate with a bound queue at the client", () => {
    const bounded = one({ max_concurrency: 4, request_rate: 2 }).run;
    expect(bounded.measurement.batchOrConcurrency).toBe(4);
    expect(runTargets([bounded]).rows[0]!.plan.arrivalsPerSecond).toBeNull();
  });

  it("have no more in flight than there are prompts", () => {
    expect(one({ max_concurrency: 500 }).run.measurement.batchOrConcurrency).toBe(100);
  });

  it("divide the requests of a run over its replicas", () => {
    const { rows } = runTargets([one({ dp: "4" }).run]);
    expect(rows[0]!.plan).toMatchObject({ batch: 2, requests: 25, replicas: 4 });
  });

  it("take lengths from the requests that were completed, and warn of the others", () => {
    const { run, warnings } = one({ completed: 80 });
    expect(run.measurement.inputLen).toBe(1280);
    expect(warnings).toEqual([
      "dir/bench.json: 20 of 100 requests failed; the figures are those of the others.",
    ]);
    expect(() => one({ completed: 0 })).toThrow(
      "dir/bench.json: completed: none of the 100 requests was completed. Leave the result out.",
    );
  });

  it("name what is missing, and what may have been meant for it", () => {
    expect(one({ tp: null, gpu: null }).missing).toEqual([
      { key: "gpu", nearest: null },
      { key: "tp", nearest: null },
    ]);
    expect(one({ tp: null, TP: "2", total_input_tokens: null }).missing).toEqual([
      { key: "total_input_tokens", nearest: null },
      { key: "tp", nearest: "TP" },
    ]);
    expect(one({ request_rate: null, requestrate: "inf" }).missing).toEqual([
      { key: "request_rate", nearest: "requestrate" },
    ]);
  });

  it("may state the share of memory and the engine", () => {
    const { run } = one({ gpu_memory_utilization: "0.8", engine: "sglang 0.5" });
    expect(run.measurement.engine).toBe("sglang 0.5");
    expect(runTargets([run]).rows[0]!.plan.memoryUtilization).toBe(0.8);
  });

  it.each([
    [
      "{",
      "dir/bench.json:1, column 2: invalid JSON: expected a name in double quotes or }, found the end. Correct the JSON.",
    ],
    ["[1]", "dir/bench.json: [0]: it is 1. Give a JSON object."],
    ['{"tp": [2]}', "dir/bench.json: tp: it is [2]. Give a number."],
    ['{"gpu": 7}', "dir/bench.json: gpu: it is 7. Give a text."],
    ['{"pp": 0}', "dir/bench.json: pp: 0 is below 1. Give a whole number of stages from 1."],
    [
      '{"mean_ttft_ms": NaN}',
      'dir/bench.json:1, column 18: invalid JSON: expected a value, found "NaN". Correct the JSON.',
    ],
  ])("refuse %s", (text, message) => {
    expect(() => parse(text)).toThrow(InputError);
    expect(() => parse(text)).toThrow(message);
  });
});
