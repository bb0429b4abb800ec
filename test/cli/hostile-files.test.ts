import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { LLAMA } from "../huggingface/configs.ts";
import { benchResult } from "../input/bench-results.ts";
import { configText, instancesText } from "../input/texts.ts";
import {
  cli,
  type Files,
  PLACEMENT,
  scratchDirectory,
  TINY,
  WORKLOAD,
  writeFiles,
} from "./harness.ts";

const root = scratchDirectory();
let directories = 0;

/** No file may keep the program busy for longer. */
const MOST_MS = 5000;

async function run(argv: readonly string[], files: Files) {
  const directory = join(root, String(directories++), "problem");
  mkdirSync(directory, { recursive: true });
  writeFiles(directory, { ...TINY, ...files });
  const started = performance.now();
  const result = await cli(argv.map((argument) => argument.replaceAll("DIR", directory)));
  return {
    ...result,
    stdout: result.stdout.replaceAll(directory, "DIR"),
    stderr: result.stderr.replaceAll(directory, "DIR"),
    milliseconds: performance.now() - started,
  };
}

const SOLVE = ["solve", "--config-dir", "DIR", ...WORKLOAD];
const FILE = ["evaluate", "--config-dir", "DIR", "--placement", "DIR/p.json"];
const LINES = ["evaluate", "--config-dir", "DIR", "--placements", "DIR/p.jsonl"];
const CONFIG = ["solve", "--config", "DIR/problem.yaml"];
const MODEL = [...SOLVE, "--model", "DIR/config.json", "--cost-model", "calibrated"];

const nested = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);
const placementText = (more: string): string =>
  JSON.stringify(PLACEMENT, null, 2).replace('"batch_size": 4', `"batch_size": 4,\n  ${more}`);
const model = (changes: object): Files => ({
  "config.json": JSON.stringify({ ...LLAMA, ...changes }, null, 2),
});
const ignoring = (...ignore: readonly string[]): Files =>
  model({
    quantization_config: {
      quant_method: "compressed-tensors",
      config_groups: { all: { targets: ["Linear"], weights: { num_bits: 8, type: "float" } } },
      ignore,
    },
  });
const pool = (item: string): Files => ({
  "problem.yaml": `model: llama-3.1-8b\nphase: prefill\ninput_length: 128\npool:\n  - ${item}\n`,
});
const bench = (changes: Readonly<Record<string, unknown>>): Files => ({
  "bench.json": JSON.stringify([benchResult(changes)]),
});
const BENCH = ["calibrate", "--data", "DIR/bench.json", "--out", "DIR/calibration.json"];
const LONG = "n".repeat(231);
const DEEP = "more than 64 levels of objects and lists are nested. Reduce the nesting.";

/** What is asked, the files, and how the one error begins. */
const CASES: readonly (readonly [string, readonly string[], Files, string])[] = [
  [
    "a deep placement",
    FILE,
    { "p.json": `{"stages":\n${nested(8000)}}` },
    `DIR/p.json:2, column 64: ${DEEP}`,
  ],
  [
    "a deep line",
    LINES,
    { "p.jsonl": `{"stages":${nested(8000)}}\n` },
    "DIR/p.jsonl:1, column 74: ",
  ],
  [
    "a deep calibration",
    [...FILE, "--cost-model", "calibrated", "--calibration", "DIR/c.json"],
    { "c.json": nested(9000), "p.json": JSON.stringify(PLACEMENT) },
    `DIR/c.json:1, column 65: ${DEEP}`,
  ],
  [
    "a deep config.json",
    MODEL,
    { "config.json": `{"a": ${nested(9000)}}` },
    "DIR/config.json:1, column 70: ",
  ],
  [
    "a deep plan",
    ["compare", "DIR/p.json", "DIR/p.json"],
    { "p.json": `{"a": ${nested(9000)}}` },
    "DIR/p.json:1, column 70: ",
  ],
  [
    "a deep configuration file in brackets",
    CONFIG,
    { "problem.yaml": `model: ${nested(9000)}\n` },
    `DIR/problem.yaml:1:`,
  ],
  [
    "a deep configuration file in dashes",
    CONFIG,
    { "problem.yaml": `model:\n  ${"- ".repeat(9000)}x\n` },
    "DIR/problem.yaml:2:",
  ],
  [
    "a name given twice",
    FILE,
    { "p.json": placementText('"batch_size": 1') },
    'DIR/p.json:3, column 3: duplicate key "batch_size", first in line 2. Keep one of the two.',
  ],
  [
    "a name given twice in other letters",
    FILE,
    { "p.json": placementText('"b\\u0061tch_size": 1') },
    'DIR/p.json:3, column 3: duplicate key "batch_size"',
  ],
  [
    "a name given twice in a line",
    LINES,
    { "p.jsonl": '\n{"stages":[],"stages":[]}\n' },
    'DIR/p.jsonl:2, column 14: duplicate key \\"stages\\", first in line 2.',
  ],
  [
    "a name given twice in a config.json",
    MODEL,
    { "config.json": '{"hidden_size": 1,\n"a": {"hidden_size": 1},\n"hidden_size": 2}' },
    'DIR/config.json:3, column 1: duplicate key "hidden_size"',
  ],
  [
    "aliases that multiply",
    CONFIG,
    pool(
      "{ instance: &a [x,x,x,x,x,x,x,x,x], gpus: &b [*a,*a,*a,*a,*a,*a,*a,*a], providers: &c [*b,*b,*b,*b,*b,*b,*b,*b], regions: &d [*c,*c,*c,*c,*c,*c,*c,*c] }",
    ),
    "DIR/problem.yaml:5:",
  ],
  [
    "an alias inside what it stands for",
    CONFIG,
    pool("{ instance: &a [x, *a] }"),
    "DIR/problem.yaml:5:",
  ],
  [
    "more layers than any network has",
    MODEL,
    model({ num_hidden_layers: 2 ** 32 }),
    "DIR/config.json:4, num_hidden_layers: it is 4294967296. Give a whole number from 1 to 10000.",
  ],
  [
    "a dimension that nothing has",
    MODEL,
    model({ intermediate_size: 2 ** 50 }),
    "DIR/config.json:7, intermediate_size: it is 1125899906842624. Give a whole number from 1 to 1000000000.",
  ],
  [
    "a format named like a property of every object",
    MODEL,
    model({ quantization_config: { quant_method: "modelopt", quant_algo: "constructor" } }),
    'DIR/config.json:14, quantization_config.quant_algo: "constructor" is not modelled.',
  ],
  [
    "a pattern that looks ahead",
    MODEL,
    ignoring("re:(?!lm_head).*"),
    'DIR/config.json:25, quantization_config.ignore: "re:(?!lm_head).*" is not a regular expression that can be tested in linear time',
  ],
  [
    "patterns too large to test",
    MODEL,
    ignoring(...Array.from({ length: 100 }, (_, i) => `re:(a${i}{1,30}b?){1,30}`)),
    "DIR/config.json:25, quantization_config.ignore: its regular expressions are too large",
  ],
  [
    "a benchmark of a network that cannot be",
    BENCH,
    bench({ intermediate_size: 1e308 }),
    "DIR/bench.json: [0]: intermediate_size: 1e+308 is",
  ],
  [
    "a benchmark of a throughput that cannot be",
    BENCH,
    bench({ total_token_throughput: 1e300 }),
    "DIR/bench.json: [0]: total_token_throughput: 1e+300 is",
  ],
  [
    "a long name in the pool",
    SOLVE,
    {
      "gpu_pool.csv": `instance_name,count\n${LONG},1\n`,
      "cloud_instances_specs.csv": instancesText({ "Instance Name": LONG }),
    },
    `DIR/gpu_pool.csv:2, column instance_name: the name has 231 characters. Give one of at most 128.`,
  ],
];

describe("files that would hang or exhaust the program", () => {
  it.each(CASES)("are refused at their place: %s", async (_, argv, files, says) => {
    const { code, stdout, stderr, milliseconds } = await run(argv, files);
    const message = argv === LINES ? stdout + stderr : stderr;
    expect(message.replace(/^warning: .*\n/gm, "")).toContain(says);
    // Of several placements a bad one is an answer like any other.
    expect(code).toBe(argv === LINES ? 0 : 1);
    expect(milliseconds).toBeLessThan(MOST_MS);
  });

  it("may hold patterns that a backtracking matcher hangs on", async () => {
    const { code, stderr, milliseconds } = await run(
      MODEL,
      ignoring("lm_head", "re:(.+)+X$", "*a*a*a*a*a*a*a*a*a*a*X"),
    );
    expect([code, stderr]).toEqual([0, expect.not.stringContaining("error")]);
    expect(milliseconds).toBeLessThan(MOST_MS);
  });

  it("may state budgets that nothing reaches", async () => {
    for (const budget of ["999999999.999999", "1e9"]) {
      const { code, stdout } = await run([...SOLVE, "--max-hourly-cost", budget], {
        "config.csv": configText({ min_memory_utilization: "0" }),
      });
      expect([budget, code]).toEqual([budget, 0]);
      expect(stdout).toContain("Proven optimal");
    }
  });
});
