import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tpGroup } from "../../src/cost/cost-model.ts";
import { CONFIG_KEYS, type ConfigKey } from "../../src/input/config/config-keys.ts";
import { configPlace, parseConfig } from "../../src/input/config/parse-config.ts";
import { buildProblem } from "../../src/input/problem/build-problem.ts";
import { outlineOf } from "../../src/model/outline.ts";
import { CONFIG, configLine, configText, problemFiles } from "./texts.ts";

const build = (
  changes: Readonly<Record<string, string | null>>,
  flags: Parameters<typeof buildProblem>[1] = {},
) => buildProblem(problemFiles({ config: configText(changes) }), flags);

describe("config.csv", () => {
  it("remembers the line of every parameter", () => {
    const config = parseConfig(configText(), "dir/config.csv");
    for (const key of Object.keys(CONFIG) as ConfigKey[]) {
      expect(config.lines.get(key)).toBe(configLine(key));
      expect(configPlace(config, key)).toBe(`dir/config.csv:${configLine(key)}`);
    }
    expect(configPlace(config, "num_kv_heads")).toBe("dir/config.csv");
  });

  it("fills the defaults of the parameters that may be absent", () => {
    const { model, costModel, weights, limits } = build({});
    expect(outlineOf(model.architecture).numKvHeads).toBe(12);
    expect(costModel.realWorldEfficiency).toBe(0.3);
    expect(weights.crossInstancePenalty).toBe(0.01);
    // floor(16 / 8) = 2 micro-batches over 2 stages: 0.9 · 2 / 3.
    const point = { phase: "prefill", batch: 16, inputTokens: 8, outputTokens: 0 } as const;
    expect(costModel.pipelineEfficiency(point, 2)).toBeCloseTo(0.6, 12);
    expect(limits).toEqual({
      maxHourlyCostUsd: null,
      maxCostPerMillionTokenUsd: null,
      maxTotalCostUsd: null,
      maxTotalRuntimeHours: null,
      minTokensPerSecond: null,
      maxTtftSeconds: null,
      maxTpotSeconds: null,
      latencySafetyMargin: 0.1,
    });
  });

  it("takes the parameters that may be absent when they are there", () => {
    const { model, costModel, weights } = build({
      num_kv_heads: "4",
      real_world_efficiency: "1",
      micro_batch_size: "4",
      cross_instance_penalty: "0",
    });
    expect(outlineOf(model.architecture).numKvHeads).toBe(4);
    expect(costModel.realWorldEfficiency).toBe(1);
    expect(weights.crossInstancePenalty).toBe(0);
    const point = { phase: "prefill", batch: 16, inputTokens: 8, outputTokens: 0 } as const;
    expect(costModel.pipelineEfficiency(point, 2)).toBeCloseTo((0.9 * 4) / 5, 12);
  });

  it("hands the interference factor to the cost model", () => {
    const point = { phase: "aggregated", batch: 1, inputTokens: 64, outputTokens: 64 } as const;
    const rate = (changes: Readonly<Record<string, string>>): number => {
      const { costModel, pool } = build(changes);
      const shape = {
        instance: pool.types[0]!.instance,
        ...tpGroup(1),
        startLayer: 1,
        layers: 2,
        pipelineStages: 1,
        next: "none" as const,
      };
      return costModel.stage(shape, point).tokensPerSecond;
    };
    expect(rate({ interference_factor: "0.4" })).toBeCloseTo(rate({}) / 2, 9);
  });

  it.each([
    ["throughput_first", 0.1],
    ["balanced", 0.5],
    ["cost_first", 0.9],
  ])("gives %s the weight %d", (priority, weight) => {
    expect(build({ optimization_priority: priority }).weights.costWeight).toBe(weight);
  });

  it("takes the older name of the priority", () => {
    const changes = { optimization_priority: null, cost_throughput_weight: "0.25" };
    expect(build(changes).weights.costWeight).toBe(0.25);
  });

  it("reads 999 and 999999 as no budget in the file, and literally as a flag", () => {
    const budgets = {
      max_hourly_cost: "998.9",
      max_total_cost: "999",
      max_total_runtime_hours: "0",
    };
    expect(build(budgets).limits).toMatchObject({
      maxHourlyCostUsd: 998.9,
      maxTotalCostUsd: null,
      maxTotalRuntimeHours: 0,
    });
    const flags = { limits: { maxHourlyCostUsd: 999, minTokensPerSecond: 5, maxTotalCostUsd: 7 } };
    expect(build(budgets, flags).limits).toMatchObject({
      maxHourlyCostUsd: 999,
      maxTotalCostUsd: 7,
      maxTotalRuntimeHours: 0,
      minTokensPerSecond: 5,
    });
  });

  it("lets flags win over workload keys and the time limit", () => {
    const keys = {
      sequence_length: "100",
      output_length: "10",
      workload_phase: "decode",
      min_batch_size: "2",
      max_batch_size: "4",
    };
    expect(build(keys).workload).toEqual({
      phase: "decode",
      inputTokens: 100,
      outputTokens: 10,
      minBatch: 2,
      maxBatch: 4,
    });
    const problem = build(keys, {
      phase: "aggregated",
      inputTokens: 5,
      outputTokens: 6,
      minBatch: 8,
      maxBatch: 16,
      timeLimitSeconds: 1.5,
    });
    expect(problem.workload).toEqual({
      phase: "aggregated",
      inputTokens: 5,
      outputTokens: 6,
      minBatch: 8,
      maxBatch: 16,
    });
    expect(problem.timeLimitSeconds).toBe(1.5);
    expect(build(keys).timeLimitSeconds).toBe(60);
  });

  it("leaves open what nobody says, and knows no output for prefill and decode", () => {
    const open = { inputTokens: null, minBatch: null, maxBatch: null };
    expect(build({}).workload).toEqual({ phase: null, outputTokens: null, ...open });
    for (const phase of ["prefill", "decode"]) {
      expect(build({ workload_phase: phase }).workload).toEqual({
        phase,
        outputTokens: 0,
        ...open,
      });
    }
    const aggregated = build({ workload_phase: "aggregated" }).workload;
    expect(aggregated).toEqual({ phase: "aggregated", outputTokens: null, ...open });
  });

  it("notes the parameters that it ignores, when they ask for something", () => {
    expect(build({}).warnings).toEqual([]);
    const { warnings } = build({
      optimality_gap: "0.01",
      network_bandwidth_percentile_threshold: "0.1",
    });
    expect(warnings).toHaveLength(2);
    const line = configLine("network_bandwidth_percentile_threshold");
    expect(warnings[0]).toContain(`config.csv:${line}: network_bandwidth_percentile_threshold 0.1`);
    expect(warnings[0]).toContain("--bandwidth-percentile");
    expect(warnings[1]).toContain(
      `config.csv:${configLine("optimality_gap")}: optimality_gap 0.01`,
    );
    expect(warnings[1]).toContain("--gap");
  });

  it("reads any spelling of a file: order, line ends, blanks, quotes, a byte order mark", () => {
    const expected = parseConfig(configText(), "c").values;
    const [header = "", ...lines] = configText().trimEnd().split("\n");
    const reversed = [header, ...lines.reverse()];
    for (const text of [
      reversed.join("\n"),
      `\uFEFF${reversed.join("\r\n")}\r\n`,
      reversed.join("\r"),
      `${reversed.map((line) => ` ${line.replace(",", " ,\t")} `).join("\n\n")}\n,\n`,
      reversed.map((line) => line.replace(/([^,]+),(.+)/, '"$1","$2"')).join("\n"),
      `value,parameter\n${lines.map((line) => line.split(",").reverse().join(",")).join("\n")}`,
    ]) {
      expect(parseConfig(text, "c").values).toEqual(expected);
    }
  });

  it("reads back every value that it takes (property)", () => {
    const cellOf = (key: ConfigKey): fc.Arbitrary<readonly [string, unknown]> => {
      const spec = CONFIG_KEYS[key];
      switch (spec.kind) {
        case "text":
          return fc
            .string({ minLength: 1 })
            .map((text) => text.trim())
            .filter((text) => text !== "")
            .map((text) => [
              `"${text.replaceAll('"', '""')}"`,
              text.replace(/\r\n?/g, "\n").replace(/^'(?='*[=+\-@])/, ""),
            ]);
        case "boolean":
          return fc
            .tuple(fc.boolean(), fc.constantFrom("lower", "upper"))
            .map(([value, letters]) => [
              letters === "upper" ? String(value).toUpperCase() : String(value),
              value,
            ]);
        case "choice":
          return fc.constantFrom(...spec.choices).map((choice) => [choice, choice]);
        case "number": {
          const { integer, min = 0, plausible, max } = spec.range;
          const most = Math.min(max ?? 1e12, plausible?.most ?? 1e12);
          const numbers = integer
            ? fc.integer({ min, max: Math.min(most, 1_000_000) })
            : fc.double({ min: Math.max(min, plausible?.least ?? 0), max: most, noNaN: true });
          return numbers.map((value) => [String(value), spec.none?.includes(value) ? null : value]);
        }
      }
    };
    // Head counts and sizes that fit together are drawn apart from the rest.
    const free = (Object.keys(CONFIG_KEYS) as ConfigKey[]).filter(
      (key) =>
        !["d_model", "num_attention_heads", "num_kv_heads", "cost_throughput_weight"].includes(
          key,
        ) && !["min_layers_per_stage", "num_decoder_layers"].includes(key),
    );
    const cells = fc.record(
      Object.fromEntries(free.map((key) => [key, cellOf(key)])) as Record<
        string,
        fc.Arbitrary<readonly [string, unknown]>
      >,
    );
    fc.assert(
      fc.property(cells, fc.boolean(), (drawn, crlf) => {
        const lines = Object.entries({ ...CONFIG, ...mapValues(drawn, ([cell]) => cell) });
        const end = crlf ? "\r\n" : "\n";
        const text = ["parameter,value", ...lines.map(([key, cell]) => `${key},${cell}`)].join(end);
        expect(parseConfig(text, "c").values).toMatchObject(mapValues(drawn, ([, value]) => value));
      }),
    );
  });
});

function mapValues<T, U>(
  record: Readonly<Record<string, T>>,
  change: (value: T) => U,
): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
