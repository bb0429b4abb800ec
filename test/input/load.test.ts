import { describe, expect, it } from "vitest";
import { buildProblem } from "../../src/input/problem/build-problem.ts";
import type { ProblemFlags } from "../../src/input/problem/merge-flags.ts";
import { configText, messageOf, problemFiles } from "./texts.ts";

const build = (keys: Readonly<Record<string, string>>, flags: ProblemFlags = {}) =>
  buildProblem(problemFiles({ config: configText(keys) }), flags);

const LENGTHS = { sequence_length: "100", output_length: "20", workload_phase: "aggregated" };

describe("the load of a workload", () => {
  it("is a range of batch sizes", () => {
    const { workload } = build({ min_batch_size: "2", max_batch_size: "8" }, { minBatch: 4 });
    expect(workload).toMatchObject({ minBatch: 4, maxBatch: 8 });
    expect(workload).not.toHaveProperty("load");
  });

  it("may be one batch size", () => {
    const one = { minBatch: 8, maxBatch: 8 };
    expect(build({ min_batch_size: "8", max_batch_size: "8" }).workload).toMatchObject(one);
    expect(build({}, one).workload).toMatchObject(one);
  });

  it.each<[Readonly<Record<string, string>>, ProblemFlags]>([
    [{ concurrency: "48" }, {}],
    [{}, { concurrency: 48 }],
    // A flag replaces what config.csv says.
    [{ min_batch_size: "2", max_batch_size: "8" }, { concurrency: 48 }],
    [{ request_rate: "2" }, { concurrency: 48 }],
    [{ concurrency: "2" }, { concurrency: 48 }],
  ])("is a number of sequences by %j and %j", (keys, flags) => {
    expect(build(keys, flags).workload).toMatchObject({
      minBatch: 48,
      maxBatch: 48,
      load: { kind: "concurrency", sequences: 48 },
    });
  });

  it("is what the KV cache holds", () => {
    const open = { minBatch: null, maxBatch: null, load: { kind: "max" } };
    expect(build({ load: "max" }).workload).toMatchObject(open);
    expect(build({ min_batch_size: "2" }, { maxLoad: true }).workload).toMatchObject(open);
  });

  it("is a rate of requests, which asks for a throughput", () => {
    const problem = build({ ...LENGTHS, request_rate: "2.5" });
    expect(problem.workload.load).toEqual({ kind: "request_rate", requestsPerSecond: 2.5 });
    expect(problem.limits.minTokensPerSecond).toBe(300);
    const prefill = build(LENGTHS, { requestRate: 2.5, phase: "prefill" });
    expect(prefill.limits.minTokensPerSecond).toBe(250);
  });

  it("asks for the larger of the rate's and the user's throughput", () => {
    const least = (minTokensPerSecond: number) =>
      build(LENGTHS, { requestRate: 2.5, limits: { minTokensPerSecond } }).limits;
    expect(least(299).minTokensPerSecond).toBe(300);
    expect(least(301).minTokensPerSecond).toBe(301);
  });

  it("asks for nothing as long as the lengths are not known", () => {
    expect(build({}, { requestRate: 2 }).limits.minTokensPerSecond).toBeNull();
  });

  it.each<[string, Readonly<Record<string, string>>, ProblemFlags, string]>([
    [
      "a concurrency beside a batch size",
      {},
      { minBatch: 4, concurrency: 4 },
      "--min-batch-size: it cannot be combined with --concurrency. Give one of batch sizes, --concurrency, --max-load and --request-rate.",
    ],
    [
      "two loads",
      {},
      { maxLoad: true, requestRate: 1 },
      "--max-load: it cannot be combined with --request-rate. Give one of batch sizes, --concurrency, --max-load and --request-rate.",
    ],
    [
      "a load beside a batch size in config.csv",
      { max_batch_size: "8", load: "max" },
      {},
      "config.csv:26: max_batch_size cannot be combined with load (config.csv:27). Keep one of batch sizes, concurrency, load and request_rate.",
    ],
    [
      "two loads in config.csv",
      { request_rate: "2", concurrency: "8" },
      { maxLoad: true },
      "config.csv:27: concurrency cannot be combined with request_rate (config.csv:26). Keep one of batch sizes, concurrency, load and request_rate.",
    ],
    [
      "more sequences than an engine runs",
      {},
      { concurrency: 1025 },
      "--concurrency: 1025 is above 1024. Give a whole number of sequences from 1 to 1024.",
    ],
    [
      "a rate of nothing",
      {},
      { requestRate: 0 },
      "--request-rate: 0 is not above 0. Give a number of requests per second above 0.",
    ],
    [
      "an unknown load",
      { load: "full" },
      {},
      'config.csv:26: load is "full"; expected one of max. Known: max.',
    ],
  ])("is refused with %s", (_, keys, flags, says) => {
    expect(messageOf(() => build(keys, flags))).toBe(says);
  });
});
