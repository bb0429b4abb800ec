import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { InputError } from "../../src/errors.ts";
import { type ProblemOptions, readProblem } from "../../src/files/read-problem.ts";
import { layerCount } from "../../src/model/model.ts";
import { evaluate } from "../../src/placement/evaluate.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CONFIG_DIR = join(ROOT, "config/llama3-70b");

/** A problem without files of its own, on a day when its prices are new enough. */
const read = (options: ProblemOptions) => readProblem({ today: "2026-02-10", ...options });
const SMALL = {
  model: "llama-3.3-70b",
  instances: "p5.48xlarge@us-east-1=2,g6e.12xlarge@us-east-1=1",
} as const;

function refusal(options: ProblemOptions): { where: string; message: string } {
  try {
    read(options);
  } catch (error) {
    if (error instanceof InputError) return { where: error.where, message: error.message };
    throw error;
  }
  throw new Error("it was not refused");
}

describe("a problem of a named model and a pool out of the catalogue", () => {
  it("takes no --max-count beside what has a count for each type", () => {
    const { model } = SMALL;
    const poolItems = join(ROOT, "examples/owned-cluster-burst/pool.csv");
    for (const counted of [{ instances: SMALL.instances }, { poolItems }]) {
      const said = refusal({ model, ...counted, maxCount: 2, inputTokens: 64, outputTokens: 8 });
      expect(said.where).toBe("--max-count");
      expect(said.message).toMatch(
        /it cannot be combined with --(instances|pool), which has a count/,
      );
    }
  });

  it("has the model's layers, the catalogue's prices and the defaults", () => {
    const problem = read({ ...SMALL, inputTokens: 2048, outputTokens: 512, concurrency: 8 });
    expect(problem.model.name).toBe("llama-3.3-70b");
    expect(layerCount(problem.model)).toBe(80);
    expect(problem.pool.types.map(({ instance, count }) => [instance.name, count])).toEqual([
      ["g6e.12xlarge", 1],
      ["p5.48xlarge", 2],
    ]);
    for (const { instance, price } of problem.pool.types) {
      expect(instance.site).toBe("AWS/us-east-1");
      expect(instance.gpu?.name).toBe(instance.gpuModel);
      expect(price).toMatchObject({ kind: "on-demand", provider: "AWS", region: "us-east-1" });
      expect(price.asOf).toMatch(/^\d{4}-\d\d-\d\d$/);
      expect(price.source).not.toBe("");
    }
    expect(problem.workload.phase).toBe("aggregated");
    expect(problem.rules).toEqual({
      maxPipelineStages: 8,
      minLayersPerStage: 1,
      minMemoryUtilization: 0,
      quantizeSegments: false,
    });
    expect(problem.timeLimitSeconds).toBeNull();
    expect(problem.costModel.name).toBe("calibrated");
  });

  it("serves other formats than the model's files say", () => {
    const { architecture } = read({
      ...SMALL,
      overrides: { weightFormat: "fp8", kvCacheDtype: "fp8" },
    }).model;
    expect(architecture).toMatchObject({ weightFormat: "fp8", weightBytes: 1, kvBytes: 1 });
  });

  it("is everything on demand where nothing is asked of the pool", () => {
    const { pool } = read({ model: "llama-3.1-8b" });
    const providers = new Set(pool.types.map(({ instance }) => instance.provider));
    expect(providers.size).toBe(8);
    expect(new Set(pool.types.map(({ price }) => price.kind))).toEqual(new Set(["on-demand"]));
    expect(new Set(pool.types.map(({ count }) => count))).toEqual(new Set([4]));
  });

  it("mixes on-demand, spot and owned instances, and keeps their kinds", () => {
    const { pool } = read({
      model: "llama-3.1-8b",
      instances: "g6.xlarge@us-east-1:spot=3,g6.xlarge@us-east-1=2",
      ownedByType: new Map([["g6.xlarge@us-east-1:on-demand", 1]]),
    });
    expect(
      pool.types.map(({ instance, price, count, ownedCount = 0 }) => [
        instance.name,
        price.kind,
        count,
        ownedCount,
      ]),
    ).toEqual([
      ["g6.xlarge@us-east-1:on-demand", "on-demand", 2, 1],
      ["g6.xlarge@us-east-1:spot", "spot", 3, 0],
    ]);
  });

  it("refuses requests longer than the model is made for, unless the engine is to take them", () => {
    const long = { ...SMALL, inputTokens: 200_000, outputTokens: 512 };
    expect(() => read(long)).toThrow(
      "--input-length: a request of 200000 input + 512 output tokens exceeds the maximum of llama-3.3-70b, 131072 tokens (max_position_embeddings): an engine rejects it. Give shorter lengths; or --max-model-len 200512",
    );
    const { warnings } = read({ ...long, maxModelLenTokens: 200_512 });
    expect(warnings.join("\n")).toContain("exceed the maximum of llama-3.3-70b, 131072 tokens");
    const spread = { ...SMALL, inputTokens: 100_000, inputP95Tokens: 180_000, outputTokens: 512 };
    expect(read(spread).warnings.join("\n")).toContain("requests of 180512 tokens exceed");
  });

  it("takes settings, not the model, of a config.csv that is given as well", () => {
    const problem = read({ ...SMALL, configDir: CONFIG_DIR });
    expect(problem.rules.minLayersPerStage).toBe(5);
    expect(problem.model.name).toBe("llama-3.3-70b");
    expect(problem.warnings.join("\n")).toContain(
      "the model it describes (llama3-70b) is not used",
    );
  });

  it("says that a bandwidth matrix beside it is not used", () => {
    const directory = mkdtempSync(join(tmpdir(), "matrix-"));
    try {
      writeFileSync(join(directory, "network_bandwidth.csv"), "of another pool\n");
      const { warnings, network } = read({ ...SMALL, configDir: directory });
      expect(network.kind).toBe("derived");
      expect(warnings.join("\n")).toContain("network_bandwidth.csv: it is not used");
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it("has the pool of a directory where no flag asks for the catalogue", () => {
    const { pool } = read({ model: "llama-3.1-8b", configDir: CONFIG_DIR });
    expect(pool.types.map(({ instance }) => instance.site)).toEqual(
      pool.types.map(() => undefined),
    );
  });
});

describe("is refused", () => {
  it.each<[string, ProblemOptions, string, RegExp]>([
    ["nothing at all", {}, "--model", /missing/],
    ["an unknown model", { model: "llama-3.3-71b" }, "--model", /llama-3\.3-71b/],
    [
      "a format without a model",
      { configDir: CONFIG_DIR, overrides: { weightFormat: "fp8" } },
      "--weight-format",
      /there is no --model/,
    ],
    [
      "the provider of a pool file",
      { ...SMALL, cloudProvider: "AWS" },
      "--cloud-provider",
      /gpu_pool\.csv/,
    ],
    ["two counts", { ...SMALL, maxCount: 2 }, "--max-count", /--instances/],
    [
      "a kind of price that there is none of",
      { model: "llama-3.1-8b", priceKinds: ["spott"] },
      "--price-kinds",
      /spott/,
    ],
    [
      "latent attention with the reference cost model",
      { ...SMALL, model: "deepseek-r1", costModel: "reference" },
      "--cost-model",
      /latent attention/,
    ],
    [
      "an owned type that is there at two prices",
      {
        model: "llama-3.1-8b",
        instances: "g6.xlarge@us-east-1:spot=1,g6.xlarge@us-east-1=1",
        ownedByType: new Map([["g6.xlarge", 1]]),
      },
      "--own",
      /not in the pool/,
    ],
    [
      "owned instances that the pool has not",
      { ...SMALL, ownedByType: new Map([["p5.48xlarge", 3]]) },
      "--own",
      /the pool has 2/,
    ],
  ])("%s", (_, options, where, message) => {
    const said = refusal(options);
    expect(said.where).toContain(where);
    expect(said.message).toMatch(message);
  });
});

it("a placement over two sites breaks a rule", () => {
  const problem = read({
    model: "llama-3.3-70b",
    instances: "p5.48xlarge@us-east-1=1,p5.48xlarge@us-west-2=1",
  });
  const stage = (gpu_type: string, start_layer: number, end_layer: number) => ({
    gpu_type,
    tp_degree: 8,
    start_layer,
    end_layer,
  });
  const evaluation = evaluate(problem, {
    batch_size: 8,
    sequence_length: 2048,
    output_length: 512,
    workload_phase: "aggregated",
    stages: [stage("p5.48xlarge@us-east-1#0", 1, 40), stage("p5.48xlarge@us-west-2#0", 41, 80)],
  });
  expect(evaluation.status).toBe("INFEASIBLE");
  if (evaluation.status !== "INFEASIBLE") return;
  expect(evaluation.violations).toEqual([
    {
      rule: "several_sites",
      message:
        "the stages are at 2 sites (AWS/us-east-1, AWS/us-west-2); a pipeline stays inside one.",
      sites: ["AWS/us-east-1", "AWS/us-west-2"],
    },
  ]);
});
