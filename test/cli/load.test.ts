import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { visibleWidth } from "../../src/report/layout.ts";
import { CONCURRENCY_LEVELS } from "../../src/workload/load.ts";
import { cli, FACTS, PLACEMENT, scratchDirectory, TINY, WORKLOAD, writeFiles } from "./harness.ts";

const root = scratchDirectory();
const problem = join(root, "problem");
const LENGTHS = WORKLOAD.slice(0, WORKLOAD.indexOf("--min-batch-size"));
const SPLIT = ["--instance-family", "box.2x", "--tp-degree", "2", "--pp-stages", "1"];
const EVALUATE = ["evaluate", "--config-dir", problem];
const SOLVE = ["solve", "--config-dir", problem, ...LENGTHS];

beforeAll(() => {
  writeFiles(problem, TINY);
  const { batch_size: _, ...open } = PLACEMENT;
  writeFiles(root, {
    "open.json": JSON.stringify(open),
    "lines.jsonl": `${JSON.stringify(open)}\n${JSON.stringify(PLACEMENT)}\n`,
    "in.csv": "tokens,probability\n100,0.5\n157,0.5\n",
  });
});

const json = async (...argv: string[]) => JSON.parse((await cli([...argv, "--json"])).stdout);
const split = (...load: string[]) => [...EVALUATE, ...LENGTHS, ...SPLIT, ...load];
const throughput = async (sequences: number): Promise<number> =>
  (await json(...split("--concurrency", String(sequences)))).metrics.throughput_tokens_per_sec;

describe("evaluate with a load", () => {
  it("runs exactly so many sequences", async () => {
    const answer = await json(...split("--concurrency", "6"));
    expect(answer.placement.batch_size).toBe(6);
    expect(Object.keys(answer)).toEqual([
      "status",
      "placement",
      "metrics",
      "load",
      ...FACTS,
      "warnings",
    ]);
    expect(answer.load).toEqual({
      kind: "concurrency",
      concurrency: 6,
      capacity_requests_per_sec: answer.metrics.throughput_tokens_per_sec / 160,
      request_rate_per_sec: null,
      capacity_used: null,
    });
  });

  it("at maximum runs the largest level that fits", async () => {
    const { placement, load } = await json(...split("--max-load"));
    // All levels fit the small problem.
    expect(placement.batch_size).toBe(CONCURRENCY_LEVELS.at(-1));
    expect(load.kind).toBe("max");
    const { stdout } = await cli(split("--max-load"));
    expect(stdout).toContain(
      "  Load        concurrency 1,024: the largest of the levels 1, 2, 3, … 1,024 (63) that fits\n",
    );
    expect(stdout).toContain("aggregated, 128 input + 32 output tokens, concurrency 1,024");
    for (const line of stdout.split("\n")) expect(visibleWidth(line)).toBeLessThanOrEqual(100);
  });

  it("at a rate runs the fewest sequences that serve it, and says what share is used", async () => {
    const rate = (await throughput(100)) / 160;
    const { placement, load, metrics } = await json(...split("--request-rate", String(rate)));
    expect(placement.batch_size).toBe(100);
    expect(load).toMatchObject({ kind: "request_rate", request_rate_per_sec: rate });
    expect(load.concurrency).toBe(100);
    expect(load.capacity_used).toBe(load.at_rate.capacity_used);
    expect(load.capacity_requests_per_sec).toBe(load.capacity.requests_per_sec);
    expect(metrics.meets_cost_threshold).toBe(true);
    const { stdout } = await cli(split("--request-rate", "0.01"));
    expect(stdout.replaceAll(/\n */g, " ")).toMatch(
      /Load +0\.01 requests\/s: 1 sequence in flight; that is [\d.]+ % of its capacity, [\d,.]+ requests\/s with 1,024 in flight/,
    );
  });

  it("at a rate that is never served is infeasible", async () => {
    const { code, stdout } = await cli(split("--request-rate", "1000000"));
    expect(stdout.replaceAll("\n", " ")).toMatch(
      /^Infeasible: The placement serves at most [\d.]+ requests per second, with 1024 sequences in flight; 1000000 are requested\. $/,
    );
    expect(code).toBe(2);
  });

  it("finds the batch of a placement that has none, in a file of its own or among many", async () => {
    const one = await json(...EVALUATE, "--placement", join(root, "open.json"), "--max-load");
    expect(one.placement.batch_size).toBe(1024);
    const { stdout } = await cli([
      ...EVALUATE,
      "--placements",
      join(root, "lines.jsonl"),
      "--max-load",
    ]);
    const [open, fixed] = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(open).toMatchObject({ placement: { batch_size: 1024 }, load: { kind: "max" } });
    expect(fixed.status).toBe("INVALID");
    expect(fixed.error).toContain("lines.jsonl:2 has batch_size 4");
  });

  it("takes the mean of a histogram, and says how it spreads and that it is rounded", async () => {
    const lengths = ["--input-lengths", join(root, "in.csv"), "--output-length", "32"];
    const argv = [...EVALUATE, "--phase", "aggregated", ...lengths, ...SPLIT];
    const { stdout, stderr } = await cli([...argv, "--concurrency", "4"]);
    expect(stdout).toContain("aggregated, 129 input (mean, p95 157) + 32 output tokens");
    expect(stderr).toContain(
      `warning: ${join(root, "in.csv")}: the mean input length of 128.5 tokens is rounded to 129.`,
    );
    expect(stderr).toContain("--input-lengths: the reference cost model uses mean lengths only.");
  });
});

describe("solve with a load", () => {
  it("takes the best level, and says which grid it is of", async () => {
    const { status, placement } = await json(...SOLVE, "--max-load", "--objective", "throughput");
    expect(status).toBe("optimal");
    expect(CONCURRENCY_LEVELS).toContain(placement.batch_size);
    const { stdout } = await cli([...SOLVE, "--max-load"]);
    expect(stdout).toContain(
      "  Load        concurrency 1,024: the best of the levels 1, 2, 3, … 1,024 (63) that fits\n",
    );
  });

  it("serves a rate at the lowest cost, unless another objective is given", async () => {
    const answer = await json(...SOLVE, "--request-rate", "1");
    expect(answer.objective.name).toBe("cost");
    expect(answer.metrics.throughput_tokens_per_sec).toBeGreaterThanOrEqual(160 * (1 - 1e-9));
    expect(answer.load.capacity_used).toBeLessThanOrEqual(1);
    expect(Object.keys(answer).indexOf("load")).toBe(Object.keys(answer).indexOf("metrics") + 1);
    const other = await json(...SOLVE, "--request-rate", "1", "--objective", "throughput");
    expect(other.objective.name).toBe("throughput");
  });

  it("at a rate that nothing serves says what throughput it asks for", async () => {
    const { code, stdout } = await cli([...SOLVE, "--request-rate", "1e6"]);
    expect(code).toBe(2);
    expect(stdout.replaceAll("\n", " ")).toContain(
      "The request rate requires 160,000,000.0 tokens/s: 1,000,000.0 requests/s of 160 tokens.",
    );
  });
});
