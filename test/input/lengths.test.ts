import { describe, expect, it } from "vitest";
import { buildProblem } from "../../src/input/problem/build-problem.ts";
import type { ProblemFlags } from "../../src/input/problem/merge-flags.ts";
import { parseLengths } from "../../src/input/problem/parse-lengths.ts";
import { configText, messageOf, problemFiles } from "./texts.ts";

const HISTOGRAM = "tokens,count\n100,3\n300,1\n";

/** A problem whose named files are these, by path. */
const build = (
  keys: Readonly<Record<string, string>>,
  flags: ProblemFlags = {},
  named: Readonly<Record<string, string>> = {},
) =>
  buildProblem(
    {
      ...problemFiles({ config: configText(keys) }),
      open: (path, namedBy) => ({ text: named[path]!, fileName: `${namedBy}:${path}` }),
    },
    flags,
  );

describe("a histogram of lengths", () => {
  it("is read in any order, with counts or probabilities", () => {
    expect(parseLengths("count,tokens\n1,300\n3,100\n", "l.csv", 1)).toEqual([
      { tokens: 300, weight: 1 },
      { tokens: 100, weight: 3 },
    ]);
    expect(parseLengths("tokens,probability\n0,0.25\n8,0.7501\n", "l.csv", 0)).toEqual([
      { tokens: 0, weight: 0.25 },
      { tokens: 8, weight: 0.7501 },
    ]);
  });

  it.each([
    [
      "no weights",
      "tokens\n5\n",
      "l.csv:1: the header has neither count nor probability. Give the columns tokens,count or tokens,probability.",
    ],
    [
      "two kinds of weights",
      "tokens,count,probability\n5,1,1\n",
      "l.csv:1: the header has both count and probability. Give the columns tokens,count or tokens,probability.",
    ],
    [
      "an unknown column",
      "tokens,cuont\n5,1\n",
      'l.csv:1: unknown column "cuont". Did you mean "count"?',
    ],
    [
      "a length below the least",
      "tokens,count\n0,1\n",
      'l.csv:2, column tokens: tokens is "0", which is below 1. Give a whole number of tokens from 1.',
    ],
    [
      "a length that is no whole number",
      "tokens,count\n1.5,1\n",
      'l.csv:2, column tokens: tokens is "1.5", which is not a whole number. Give a whole number of tokens from 1.',
    ],
    [
      "half a sequence",
      "tokens,count\n5,0.5\n",
      'l.csv:2, column count: count is "0.5", which is not a whole number. Give a whole number of sequences from 0.',
    ],
    [
      "a probability above 1",
      "tokens,probability\n5,1.5\n",
      'l.csv:2, column probability: probability is "1.5", which is above 1. Give a number from 0 to 1.',
    ],
    [
      "probabilities of less than all",
      "tokens,probability\n5,0.5\n6,0.4\n",
      "l.csv:3: the probabilities add up to 0.9, not to 1. Give every length, or use the column count.",
    ],
    [
      "a length that stands twice",
      "tokens,count\n5,1\n6,1\n5,2\n",
      "l.csv:4, column tokens: a length of 5 tokens is already given in line 2. Merge the two rows.",
    ],
    [
      "no row",
      "tokens,count\n",
      "l.csv:1: there is no row below the header. Give at least one length that occurs.",
    ],
    [
      "no sequence",
      "tokens,count\n5,0\n",
      "l.csv:2: all rows have a count of 0. Give at least one length that occurs.",
    ],
  ])("is refused with %s", (_, text, says) => {
    expect(messageOf(() => parseLengths(text, "l.csv", 1))).toBe(says);
  });
});

describe("lengths of a workload", () => {
  it("are fixed unless something spreads them", () => {
    const { workload } = build({ sequence_length: "100" }, { outputTokens: 7 });
    expect(workload).toMatchObject({ inputTokens: 100, outputTokens: 7 });
    expect(workload).not.toHaveProperty("inputLengths");
    expect(workload).not.toHaveProperty("outputLengths");
  });

  it("are lognormal with a 95th percentile, from keys or from flags", () => {
    const keys = { sequence_length: "1000", sequence_length_p95: "2000" };
    const flags = { inputTokens: 1000, inputP95Tokens: 2000 };
    const { workload } = build(keys);
    expect(workload.inputLengths?.p95Tokens).toBe(2000);
    expect(workload.inputLengths?.meanSquareTokens).toBeGreaterThan(1.2e6);
    expect(build({}, flags).workload).toEqual(workload);
    // The flag takes its mean from the file.
    expect(build({ sequence_length: "1000" }, { inputP95Tokens: 2000 }).workload).toEqual(workload);
    const output = build({ output_length: "1000", output_length_p95: "2000" }).workload;
    expect(output.outputLengths).toEqual(workload.inputLengths);
  });

  it("come from a histogram, whose mean counts", () => {
    const named = { "in.csv": HISTOGRAM, "out.csv": "tokens,count\n0,1\n10,1\n" };
    const keys = { input_lengths_file: "in.csv", output_lengths_file: "out.csv" };
    const { workload, warnings } = build(keys, {}, named);
    expect(workload).toMatchObject({
      inputTokens: 150,
      outputTokens: 5,
      inputLengths: { meanTokens: 150, meanSquareTokens: 30_000, p95Tokens: 300 },
      outputLengths: { meanTokens: 5, meanSquareTokens: 50, p95Tokens: 10 },
    });
    expect(warnings.filter((warning) => warning.includes("mean"))).toEqual([]);
    const flags = { inputLengthsFile: "in.csv", outputLengthsFile: "out.csv" };
    expect(build({}, flags, named).workload).toEqual(workload);
  });

  it("count by whole means, and say so", () => {
    const named = { "in.csv": "tokens,count\n1,1\n2,1\n" };
    const { workload, warnings } = build({}, { inputLengthsFile: "in.csv" }, named);
    expect(workload.inputTokens).toBe(2);
    expect(workload.inputLengths?.meanSquareTokens).toBeCloseTo((4 * 2.5) / 2.25, 12);
    expect(warnings).toContain("flag:in.csv: the mean input length of 1.5 tokens is rounded to 2.");
  });

  it("of one length do not spread", () => {
    const named = { "in.csv": "tokens,count\n7,9\n" };
    const { workload } = build({}, { inputLengthsFile: "in.csv" }, named);
    expect(workload.inputTokens).toBe(7);
    expect(workload).not.toHaveProperty("inputLengths");
  });

  it("may be no output where only prompts are served", () => {
    const { workload } = build(
      { workload_phase: "prefill", output_length: "7" },
      { outputTokens: 0 },
    );
    expect(workload.outputTokens).toBe(0);
    expect(messageOf(() => build({}, { inputTokens: 0 }))).toMatch(/^--input-length: 0 /);
  });

  it("by flags replace all that config.csv says", () => {
    const keys = { sequence_length: "1000", sequence_length_p95: "2000" };
    expect(build(keys, { inputTokens: 50 }).workload).not.toHaveProperty("inputLengths");
    const byFile = build(keys, { inputLengthsFile: "in.csv" }, { "in.csv": HISTOGRAM });
    expect(byFile.workload.inputTokens).toBe(150);
  });

  it("that spread are told to be ignored by the reference model", () => {
    const keys = { sequence_length: "1000", sequence_length_p95: "2000" };
    expect(build(keys).warnings).toContain(
      "config.csv:27: the reference cost model ignores sequence_length_p95.",
    );
    expect(build({ sequence_length: "1000" }, { inputP95Tokens: 2000 }).warnings).toContain(
      "--input-length-p95: the reference cost model uses mean lengths only.",
    );
  });

  it.each<[string, Readonly<Record<string, string>>, ProblemFlags, string]>([
    [
      "a file beside a length",
      {},
      { inputLengthsFile: "in.csv", inputTokens: 5 },
      "--input-lengths: it cannot be combined with --input-length. Give the file, or --input-length with or without --input-length-p95.",
    ],
    [
      "a file beside a percentile",
      {},
      { outputLengthsFile: "in.csv", outputP95Tokens: 5 },
      "--output-lengths: it cannot be combined with --output-length-p95. Give the file, or --output-length with or without --output-length-p95.",
    ],
    [
      "a file beside a length in config.csv",
      { sequence_length: "5", input_lengths_file: "in.csv" },
      {},
      "config.csv:27: input_lengths_file cannot be combined with sequence_length in line 26. Keep the file, or sequence_length with or without sequence_length_p95.",
    ],
    [
      "a percentile without a mean",
      {},
      { inputP95Tokens: 5 },
      "--input-length-p95: the mean input length is not given. Give --input-length, or sequence_length in config.csv.",
    ],
    [
      "a percentile without a mean in config.csv",
      { output_length_p95: "5" },
      {},
      "config.csv:26: the mean output length is not given. Give --output-length, or output_length in config.csv.",
    ],
    [
      "a percentile below the mean",
      { sequence_length: "100" },
      { inputP95Tokens: 99 },
      "--input-length-p95: a 95th percentile of 99 tokens is below the mean of 100. Give one from the mean on, or a histogram.",
    ],
    [
      "a percentile that no lognormal distribution has",
      { output_length: "100", output_length_p95: "400" },
      {},
      "config.csv:27: no lognormal distribution with a mean of 100 tokens has a 95th percentile of 400: the most is 3.868 times the mean. Give one up to 386, or a histogram.",
    ],
    [
      "aggregated serving of sequences without output",
      { workload_phase: "aggregated" },
      { outputLengthsFile: "none.csv" },
      "--output-lengths: aggregated serving (config.csv:26) with an output length of 0 is undefined. Give an output length from 1, or choose the prefill phase.",
    ],
  ])("are refused with %s", (_, keys, flags, says) => {
    const named = { "in.csv": HISTOGRAM, "none.csv": "tokens,count\n0,1\n" };
    expect(messageOf(() => build(keys, flags, named))).toBe(says);
  });

  it("in files need something that reads files", () => {
    const files = problemFiles({ config: configText({ input_lengths_file: "in.csv" }) });
    expect(messageOf(() => buildProblem(files))).toBe(
      "in.csv: files that a problem names cannot be read here.",
    );
  });
});
