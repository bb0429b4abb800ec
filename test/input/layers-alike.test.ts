import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { buildProblem } from "../../src/input/problem/build-problem.ts";
import type { SourceText } from "../../src/input/text/source-text.ts";
import { createInlineHighs } from "../../src/milp/highs-inline.ts";
import { areLayersAlike } from "../../src/model/model.ts";
import { evaluate } from "../../src/placement/evaluate.ts";
import { evenSplit } from "../../src/placement/even-split.ts";
import type { Problem } from "../../src/placement/problem.ts";
import { DEFAULT_REQUEST } from "../../src/solver/request.ts";
import { solve } from "../../src/solver/solve.ts";

const shipped = (path: string): SourceText => ({
  text: readFileSync(new URL(`../../config/${path}`, import.meta.url), "utf8"),
  fileName: path,
});

/** The founding problem, with or without layers.csv. */
const founding = (layers: string | null): Problem =>
  buildProblem(
    {
      config: shipped("llama3-70b/config.csv"),
      pool: shipped("gpu_pool.csv"),
      instances: shipped("cloud_instances_specs.csv"),
      network: null,
      layers: layers === null ? null : { text: layers, fileName: "layers.csv" },
    },
    {
      costModel: "reference",
      phase: "aggregated",
      inputTokens: 2048,
      outputTokens: 512,
      minBatch: 32,
      maxBatch: 32,
    },
  );

/** The layers of config.csv, described one by one over again in two runs. */
const ALIKE =
  "first_layer,last_layer,layer_weight_memory_gb,d_hidden,num_kv_heads\n1,33,1.75,28672,8\n34,80,,,\n";

const close = (value: number, other: number): void =>
  expect(Math.abs(value - other)).toBeLessThanOrEqual(1e-12 * Math.abs(other));

describe("layers that are alike", () => {
  const plain = founding(null);
  const described = founding(ALIKE);

  it("are of one kind, layer by layer", () => {
    expect(areLayersAlike(plain.model)).toBe(true);
    expect(areLayersAlike(described.model)).toBe(false);
    expect(described.model.architecture.kindOf).toEqual(new Array(80).fill(0));
  });

  it("give every even split the numbers that it has without the file", () => {
    let compared = 0;
    for (const { instance, count } of plain.pool.types) {
      for (const tpDegree of [1, 2, 4, 8]) {
        for (let ppStages = 1; ppStages <= count; ppStages++) {
          const split = evenSplit(
            plain,
            { family: instance.name, tpDegree, ppStages },
            { phase: "aggregated", batch: 32, inputTokens: 2048, outputTokens: 512 },
          );
          if (split.status !== "placement") continue;
          const one = evaluate(plain, split.placement);
          const other = evaluate(described, split.placement);
          expect(other.status).toBe(one.status);
          if (one.status !== "SUCCESS" || other.status !== "SUCCESS") continue;
          compared++;
          close(other.metrics.throughput_tokens_per_sec, one.metrics.throughput_tokens_per_sec);
          close(other.metrics.dollar_per_million_token, one.metrics.dollar_per_million_token);
          for (const [index, stage] of other.metrics.stages.entries()) {
            close(stage.memory_total_gb, one.metrics.stages[index]!.memory_total_gb);
          }
        }
      }
    }
    expect(compared).toBeGreaterThan(10);
  });

  it("give the same optimum and the same frontier", async () => {
    const backend = createInlineHighs();
    const request = { ...DEFAULT_REQUEST, frontier: true };
    const one = await solve(plain, request, backend);
    const other = await solve(described, request, backend);
    await backend.dispose();
    if (one.status !== "optimal" || other.status !== "optimal") throw new Error("not solved");
    close(other.objective.value, one.objective.value);
    expect(other.frontier_complete).toBe(true);
    expect(other.frontier).toHaveLength(one.frontier!.length);
    for (const [index, point] of one.frontier!.entries()) {
      close(other.frontier![index]!.cost_per_hour, point.cost_per_hour);
      close(other.frontier![index]!.throughput_tokens_per_sec, point.throughput_tokens_per_sec);
    }
  });
});
