import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { beforeAll, describe, expect, it } from "vitest";
import { visibleWidth } from "../../src/report/layout.ts";
import { configText } from "../input/texts.ts";
import {
  type CliRun,
  cli,
  FACTS,
  type Files,
  PLACEMENT,
  scratchDirectory,
  TINY,
  WORKLOAD,
  writeFiles,
} from "./harness.ts";

const root = scratchDirectory();
const problem = join(root, "problem");
const EVALUATE = ["evaluate", "--config-dir", problem];
const STAGE = PLACEMENT.stages[0]!;

beforeAll(() => {
  writeFiles(problem, TINY);
});

let files = 0;
/** Evaluates one placement: the valid one with changes. */
async function evaluated(changes: object, ...flags: string[]): Promise<CliRun> {
  const path = `p${files++}.json`;
  writeFiles(root, { [path]: JSON.stringify({ ...PLACEMENT, ...changes }) });
  return cli([...EVALUATE, "--placement", join(root, path), ...flags]);
}

const evenSplit = (family: string, tp: number, pp: number, ...flags: string[]): Promise<CliRun> =>
  cli([
    ...EVALUATE,
    ...WORKLOAD,
    ...["--instance-family", family, "--tp-degree", String(tp), "--pp-stages", String(pp)],
    ...flags,
  ]);

/** What is said of a placement, without the problem as it was given: there flags may leave open what a placement says. */
function saidOf({ stdout }: CliRun): Record<string, unknown> {
  const { problem: _, ...said } = JSON.parse(stdout);
  return said;
}

describe("evaluate a placement file", () => {
  it("says what it does and costs, within 100 columns", async () => {
    const { code, stdout, stderr } = await evaluated({});
    expect(stdout).toMatch(
      /^1 × box\.2x: 1 stage of 12 layers, TP 2\. \$[\d.]+ per million tokens/,
    );
    expect(stdout).toContain(
      "$8.50 per hour ($6,205 per month) for 1 instance; 2 of 2 rented GPUs used",
    );
    for (const line of stdout.split("\n")) expect(visibleWidth(line)).toBeLessThanOrEqual(100);
    expect(stderr).toBe("");
    expect(code).toBe(0);
  });

  it("prints JSON whose fields are in the order of the contract", async () => {
    const { stdout } = await evaluated({}, "--json");
    expect(stdout.indexOf("\n")).toBe(stdout.length - 1);
    const json = JSON.parse(stdout);
    expect(Object.keys(json)).toEqual(["status", "placement", "metrics", ...FACTS, "warnings"]);
    expect(json.placement).toEqual(PLACEMENT);
    expect(Object.keys(json.metrics)).toEqual([
      "throughput_tokens_per_sec",
      "raw_throughput_tokens_per_sec",
      "pipeline_efficiency",
      "input_tokens_per_sec",
      "output_tokens_per_sec",
      "cost_per_hour",
      "cost_per_token",
      "dollar_per_million_token",
      "total_runtime_hours",
      "total_cost",
      "meets_cost_threshold",
      "num_gpus",
      "num_gpus_rented",
      "num_instances",
      "num_pipeline_stages",
      "ttft_ms",
      "tpot_ms",
      "bottleneck",
      "stages",
      "links",
      "kv_cache_tokens",
      "max_concurrency",
      "uncertainty",
    ]);
  });

  it("takes from flags and keys what the placement leaves open, and accepts flags that agree", async () => {
    const open = { batch_size: undefined, sequence_length: undefined, workload_phase: undefined };
    const whole = await evaluated({}, "--json");
    const completed = await evaluated(open, "--json", ...WORKLOAD);
    expect(saidOf(completed)).toEqual(saidOf(whole));
    const agreeing = await evaluated({}, "--json", ...WORKLOAD);
    expect(saidOf(agreeing)).toEqual(saidOf(whole));
  });

  it("lets the placement's own fields win over config.csv", async () => {
    const keyed = join(root, "keyed");
    writeFiles(keyed, {
      ...TINY,
      "config.csv": configText({ sequence_length: "4096", workload_phase: "decode" }),
      "p.json": JSON.stringify(PLACEMENT),
    });
    const run = await cli([
      "evaluate",
      "--config-dir",
      keyed,
      "--placement",
      join(keyed, "p.json"),
      "--json",
    ]);
    expect(JSON.parse(run.stdout).placement).toEqual(PLACEMENT);
  });

  it("calls a placement that breaks rules infeasible, with exit code 2 and every breach", async () => {
    const { code, stdout, stderr } = await evaluated({
      stages: [
        { ...STAGE, end_layer: 5 },
        { ...STAGE, start_layer: 7, end_layer: 11 },
      ],
    });
    expect(code).toBe(2);
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^Infeasible: 3 rules are broken\.\n/);
    for (const text of [
      "gpu_reuse\n  1. stage 1: GPU 0 of box.2x#0 is used by an earlier stage.",
      "gap\n  2. stage 1 starts at layer 7; layers 6-6 before it are in no stage.",
      "coverage\n  3. the stages end at layer 11, the model has 12 layers.",
    ]) {
      expect(stdout).toContain(text);
    }
  });

  it("prints breaches as JSON with their numbers", async () => {
    const { code, stdout } = await evaluated(
      {
        batch_size: 4096,
        stages: [{ ...STAGE, gpu_type: "box.1x#0", tp_degree: 1, gpu_ids: [0] }],
      },
      "--json",
    );
    expect(code).toBe(2);
    const json = JSON.parse(stdout);
    expect(Object.keys(json)).toEqual([
      "status",
      "placement",
      "error",
      "violations",
      ...FACTS,
      "warnings",
    ]);
    const [violation] = json.violations;
    expect(Object.keys(violation).slice(0, 3)).toEqual(["rule", "stage", "message"]);
    expect(violation).toMatchObject({ rule: "above_max_segment", stage: 0, size: 12 });
    expect(violation.weights_gb + violation.kv_cache_gb + violation.activations_gb).toBeCloseTo(
      violation.required_gb,
      9,
    );
    expect(violation.required_gb).toBeGreaterThan(violation.available_gb);
    expect(json.error).toBe(violation.message);
  });

  const STAGE_RULES: readonly (readonly [name: string, rule: string, changes: object])[] = [
    ["layers that do not cover the model", "coverage", { end_layer: 11 }],
    ["layers beyond the model", "coverage", { end_layer: 13 }],
    ["layers from 0", "layer_range", { start_layer: 0 }],
    ["layers that go backwards", "layer_range", { start_layer: 12, end_layer: 1 }],
    ["an instance that is not in the pool", "unknown_instance", { gpu_type: "box.9x#0" }],
    ["an instance number beyond the pool", "unknown_instance", { gpu_type: "box.2x#1" }],
    ["an instance without a number", "unknown_instance", { gpu_type: "box.2x" }],
    ["fewer GPUs than the TP degree", "gpu_ids", { gpu_ids: [0] }],
    ["a GPU twice", "gpu_ids", { gpu_ids: [0, 0] }],
    ["a GPU outside the instance", "gpu_ids", { gpu_ids: [0, 2] }],
    ["a TP degree above the instance", "gpu_free", { tp_degree: 4, gpu_ids: undefined }],
  ];
  it.each(STAGE_RULES)("is infeasible with %s", async (_, rule, changes) => {
    const { code, stdout } = await evaluated({ stages: [{ ...STAGE, ...changes }] }, "--json");
    expect(code).toBe(2);
    const rules = JSON.parse(stdout).violations.map((each: { rule: string }) => each.rule);
    expect(rules).toContain(rule);
  });

  it("is infeasible without stages", async () => {
    const { code, stdout } = await evaluated({ stages: [] });
    expect(code).toBe(2);
    expect(stdout).toContain("stage_count\n  1. the placement has no stage.");
  });

  it("writes the JSON and a summary where asked", async () => {
    const out = join(root, "out");
    const { stdout } = await evaluated({}, "--json", "--out", out);
    const text = readFileSync(join(out, "solution.json"), "utf8");
    expect(JSON.parse(text)).toEqual(JSON.parse(stdout));
    const [row] = parse(readFileSync(join(out, "solution_summary.csv"), "utf8"), {
      columns: true,
    }) as Record<string, string>[];
    expect(row).toMatchObject({
      device_type: "box.2x",
      gpu_type: "NVIDIA A100",
      tp: "2",
      pp: "1",
      placement: "{PP_1:{box.2x#0:2}}",
      layer_mapping: "{PP_1:1-12}",
      status: "SUCCESS",
      workload_phase: "aggregated",
      cost_per_hour: "8.5",
      solve_status: "",
    });
  });
});

describe("evaluate an even split", () => {
  it("gives what its placement gives", async () => {
    const split = await evenSplit("box.1x", 1, 2, "--json");
    expect(split.code).toBe(0);
    const { placement } = JSON.parse(split.stdout);
    expect(placement.stages.map((stage: { end_layer: number }) => stage.end_layer)).toEqual([
      6, 12,
    ]);
    expect(saidOf(await evaluated(placement, "--json"))).toEqual(saidOf(split));
  });

  it("is infeasible where the pool cannot hold it, as text, as JSON and as files", async () => {
    const out = join(root, "no-split");
    const human = await evenSplit("box.1x", 1, 3, "--out", out);
    expect(human.code).toBe(2);
    expect(human.stdout).toBe(
      "Infeasible: 3 pipeline stages need 3 instances of box.1x, the pool has 2.\n",
    );
    const json = await evenSplit("box.1x", 1, 3, "--json");
    expect(json.code).toBe(2);
    expect(JSON.parse(json.stdout)).toMatchObject({
      status: "INFEASIBLE",
      placement: null,
      error: "3 pipeline stages need 3 instances of box.1x, the pool has 2.",
      violations: [],
      warnings: [],
    });
    const [row] = parse(readFileSync(join(out, "solution_summary.csv"), "utf8"), {
      columns: true,
    }) as Record<string, string>[];
    expect(row).toMatchObject({ device_type: "box.1x", pp: "3", status: "INFEASIBLE" });
    expect(row!.reason).toContain("3 pipeline stages need 3 instances");
  });
});

describe("evaluate one placement a line", () => {
  const answer = async (lines: Files[string], ...flags: string[]): Promise<CliRun> => {
    const path = `lines${files++}.jsonl`;
    writeFiles(root, { [path]: lines });
    const run = await cli([...EVALUATE, "--placements", join(root, path), ...flags]);
    return { ...run, stdout: run.stdout.replaceAll(join(root, path), "FILE") };
  };
  const good = JSON.stringify(PLACEMENT);

  it("answers every line in its place, bad ones too, and ends with 0", async () => {
    const lines = [
      good,
      "{",
      JSON.stringify({ ...PLACEMENT, stages: [{ ...STAGE, end_layer: 11 }] }),
      "",
      JSON.stringify({ ...PLACEMENT, batchsize: 1 }),
      good,
      "",
      "",
    ];
    const { code, stdout, stderr } = await answer(lines.join("\n"));
    const answers = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(answers.map(({ status }) => status)).toEqual([
      "SUCCESS",
      "INVALID",
      "INFEASIBLE",
      "INVALID",
      "INVALID",
      "SUCCESS",
    ]);
    expect(answers[1]).toEqual({
      status: "INVALID",
      error: expect.stringMatching(/^FILE:2, column 2: invalid JSON/),
    });
    expect(answers[3].error).toBe("FILE:4: the line is empty. Give one placement per line.");
    expect(answers[4].error).toMatch(
      /^FILE:5: batchsize: unknown field "batchsize"\. Did you mean/,
    );
    // What holds for all lines is not repeated in each.
    const alone = JSON.parse((await evaluated({}, "--json")).stdout);
    for (const fact of FACTS) delete alone[fact];
    expect(answers[0]).toEqual(alone);
    expect(stderr).toBe("");
    expect(code).toBe(0);
  });

  it("answers a line that contradicts a flag in its place", async () => {
    const other = JSON.stringify({ ...PLACEMENT, sequence_length: 256 });
    const { code, stdout } = await answer(`${good}\n${other}\n`, "--input-length", "128");
    const answers = stdout.trimEnd().split("\n");
    expect(JSON.parse(answers[0]!).status).toBe("SUCCESS");
    expect(JSON.parse(answers[1]!)).toEqual({
      status: "INVALID",
      error:
        "--input-length: 128 contradicts sequence_length 256 of the placement in FILE:2. Leave out the flag, or the placement's sequence_length.",
    });
    expect(code).toBe(0);
  });

  it("reads lines as bytes: carriage returns, a byte order mark, broken UTF-8, odd separators", async () => {
    const name = JSON.stringify({ ...PLACEMENT, stages: [{ ...STAGE, gpu_type: "a\u2028b#0" }] });
    const bytes = Buffer.concat([
      Buffer.from([0xef, 0xbb, 0xbf]),
      Buffer.from(`${good}\r\n`),
      Buffer.from([0xff, 0x0a]),
      // JSON leaves this line separator as it is; it must not break the line.
      Buffer.from(`${name}\n${good}`),
    ]);
    const { stdout } = await answer(bytes);
    const statuses = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).status);
    expect(statuses).toEqual(["SUCCESS", "INVALID", "INFEASIBLE", "SUCCESS"]);
    expect(stdout).toContain('"error":"FILE:2: it is not UTF-8 text. Correct the line."');
  });

  it("answers files longer than a piece of reading or writing", async () => {
    const { stdout } = await answer(`${good}\n`.repeat(1000));
    const answers = stdout.trimEnd().split("\n");
    expect(answers).toHaveLength(1000);
    expect(new Set(answers).size).toBe(1);
  });

  it("tells what is to be said of the problem once, and of a line in its answer", async () => {
    const warned = join(root, "warned");
    writeFiles(warned, {
      ...TINY,
      "config.csv": configText({ optimality_gap: "0.01" }),
      "p.jsonl": `${JSON.stringify({ ...PLACEMENT, workload_phase: "decode", output_length: 0 })}\n${good}\n`,
    });
    const { stdout, stderr } = await cli([
      ...["evaluate", "--config-dir", warned],
      "--placements",
      join(warned, "p.jsonl"),
    ]);
    expect(stderr.match(/optimality_gap/g)).toHaveLength(1);
    expect(stderr.match(/^warning: /gm)).toHaveLength(1);
    const [first, second] = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).warnings);
    expect(first[0]).toContain("decode with output_length 0");
    expect(second).toEqual([]);
  });

  it("warns of a file without a placement", async () => {
    const { code, stdout, stderr } = await answer("\n\n");
    expect(code).toBe(0);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^warning: .* contains no placement\.\n$/);
  });
});
