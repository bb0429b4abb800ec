/** An answer carries its problem: export and evaluate need nothing else, and contradictions have names. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type CliRun, cli, scratchDirectory } from "./harness.ts";

const root = scratchDirectory();
const config = join(root, "problem.yaml");
const out = join(root, "answer");
const solution = join(out, "solution.json");

/** Enough to be rented, and a rate of requests, which leaves the batch open. */
const PROBLEM = {
  model: "llama-3.1-8b",
  instances: "aws/g6e.xlarge=2,aws/g6e.12xlarge=1",
  input_length: 1000,
  output_length: 200,
  request_rate: 2,
  max_hourly_cost: 100,
};

function write(path: string, content: unknown): string {
  writeFileSync(path, JSON.stringify(content));
  return path;
}

function configWith(changes: Readonly<Record<string, unknown>>): string {
  return write(join(root, "other.json"), { ...PROBLEM, ...changes });
}

function read(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
}

const exported = (...argv: readonly string[]): Promise<CliRun> =>
  cli(["export", "--target", "vllm", ...argv]);

beforeAll(async () => {
  write(config, PROBLEM);
  const { code, stderr } = await cli(["solve", "--config", config, "--out", out]);
  if (code !== 0 || !existsSync(solution)) throw new Error(stderr);
});

describe("a solution", () => {
  it("is exported with the configuration that it was solved with, at a rate of requests", async () => {
    const { code, stderr } = await exported("--config", config, "--solution", solution);
    expect(stderr).not.toContain("error");
    expect(code).toBe(0);
  });

  it("is exported without anything else, to the same files", async () => {
    const alone = await exported("--solution", out);
    const { stdout } = await exported("--config", config, "--solution", solution);
    expect(alone.code).toBe(0);
    expect(alone.stdout).toBe(stdout);
  });

  it("is warned of where its figures are not those of its problem, as after a price was edited", async () => {
    const text = readFileSync(solution, "utf8");
    const edited = join(root, "edited.json");
    writeFileSync(
      edited,
      text.replaceAll(/"micro_usd_per_hour": \d+/g, '"micro_usd_per_hour": 1000000'),
    );
    const says = `warning: ${edited}: metrics.cost_per_hour is `;
    for (const run of [
      await cli(["evaluate", "--placement", edited]),
      await exported("--solution", edited),
    ]) {
      expect(run.code).toBe(0);
      expect(run.stderr).toContain(says);
      expect(run.stderr).not.toContain("metrics.throughput_tokens_per_sec is");
    }
    expect((await cli(["evaluate", "--placement", solution])).stderr).not.toContain("metrics.");
  });

  it("lets bursts use what the placement serves at its capacity, not only what the rate has in flight", async () => {
    const { stdout } = await exported("--solution", out, "--json");
    const { settings } = JSON.parse(stdout);
    const { load } = read(solution) as { load: { capacity: { concurrency: number } } };
    expect(settings.planned_sequences).toBeLessThan(load.capacity.concurrency);
    expect(settings.max_num_seqs).toBe(load.capacity.concurrency);
    expect(settings.max_num_seqs_from).toBe("what the placement serves at its capacity");
  });

  it("is evaluated without anything else, to the same figures", async () => {
    const { code, stdout } = await cli(["evaluate", "--placement", solution, "--json"]);
    expect(code).toBe(0);
    const { metrics, problem } = JSON.parse(stdout) as Record<string, unknown>;
    expect(metrics).toEqual(read(solution).metrics);
    expect(problem).toEqual(read(solution).problem);
  });

  it("that an earlier version wrote, without its problem, needs the configuration", async () => {
    const { problem: _, ...old } = read(solution);
    const path = write(join(root, "old.json"), old);
    const { code, stdout } = await exported("--config", config, "--solution", path);
    expect(code).toBe(0);
    expect(stdout).toBe((await exported("--solution", solution)).stdout);
    const alone = await exported("--solution", path);
    expect(alone.code).toBe(1);
    expect(alone.stderr).toContain("--model");
  });

  it("of an evaluation is exported as well", async () => {
    const there = join(root, "evaluated");
    await cli(["evaluate", "--placement", solution, "--out", there]);
    const { code } = await exported("--solution", there);
    expect(code).toBe(0);
  });

  it.each([
    ["lengths", { input_length: 1024 }, "workload.input_tokens is 1000 in the file but 1024 in"],
    ["the model", { model: "qwen2.5-7b" }, 'model.name is "llama-3.1-8b" in the file but "qwen2'],
    ["the rate", { request_rate: 3 }, "workload.load.requests_per_second is 2 in the file but 3"],
    ["the pool", { instances: "aws/g6e.12xlarge=1" }, "is not in the pool"],
    ["a count", { instances: "aws/g6e.xlarge=7" }, "count is 2 in the file but 7 in the flags"],
    ["the engine", { max_num_batched_tokens: 4096 }, "engine.max_batched_tokens is 8192"],
  ])(
    "contradicted by the configuration in %s is refused with the difference",
    async (_, changes, words) => {
      const { code, stderr } = await exported("--config", configWith(changes), "--solution", out);
      expect(stderr).toContain(words);
      expect(code).toBe(1);
    },
  );

  it("takes no part of a problem beside its own", async () => {
    const { code, stderr } = await exported("--input-length", "2000", "--solution", out);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: --input-length: .*contains its own problem/);
  });

  it("takes limits and a longest request that it leaves open, and holds them against the plan", async () => {
    const limits = ["evaluate", "--placement", solution, "--json", "--max-ttft-ms", "1"];
    const { stdout } = await cli(limits);
    expect(JSON.parse(stdout)).toMatchObject({ metrics: { meets_cost_threshold: false } });
    const long = await exported("--solution", out, "--max-model-len", "10000000");
    expect(long.code).toBe(2);
    expect(long.stderr).toContain("The largest max-model-len that fits the placement is");
    const other = await cli([...limits.slice(0, 4), "--max-hourly-cost", "50"]);
    expect(other.code).toBe(1);
    expect(other.stderr).toContain(
      "limits.max_hourly_cost_usd is 100 in the file but 50 in the flags",
    );
  });

  it("is not compared with the optimum of a pool that it carries a part of", async () => {
    const optimum = ["evaluate", "--placement", solution, "--compare-optimum", "--json"];
    const { code, stderr } = await cli(optimum);
    expect(code).toBe(1);
    expect(stderr).toContain("left out");
    const { code: whole } = await cli([...optimum, "--config", config]);
    expect(whole).toBe(0);
  });

  it.each([
    ["another format", ["format"], "x 2", ".format"],
    ["a number that is none", ["rules", "max_pipeline_stages"], "8", ".rules.max_pipeline_stages"],
    ["an unknown field", ["engine", "speed"], 1, ".engine"],
    [
      "a negative price",
      ["pool", 0, "price", "micro_usd_per_hour"],
      -1,
      ".pool[0].price.micro_usd_per_hour",
    ],
    [
      "layers of no kind",
      ["model", "architecture", "kind_of"],
      "zero",
      ".model.architecture.kind_of",
    ],
  ] as const)("with %s is refused at its place", async (_, path, value, place) => {
    const whole = read(solution);
    let inner = whole.problem as Record<string | number, unknown>;
    for (const step of path.slice(0, -1)) inner = inner[step] as typeof inner;
    inner[path.at(-1)!] = value;
    const damaged = write(join(root, "damaged.json"), whole);
    const { code, stderr } = await exported("--solution", damaged);
    expect(code).toBe(1);
    expect(stderr).toContain(`${damaged}: problem${place}`);
  });

  it("of other constants says so", async () => {
    const whole = read(solution) as { problem: { cost_model: object } };
    const problem = {
      ...whole.problem,
      cost_model: { ...whole.problem.cost_model, constants: "0000000000000000" },
    };
    const path = write(join(root, "constants.json"), { ...whole, problem });
    const { code, stderr } = await exported("--solution", path);
    expect(code).toBe(0);
    expect(stderr).toContain("different cost model constants");
  });
});
