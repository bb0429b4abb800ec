import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cli, PLACEMENT, scratchDirectory, TINY, writeFiles } from "./harness.ts";

const root = writeFiles(scratchDirectory(), {
  ...TINY,
  "placement.json": JSON.stringify(PLACEMENT),
});
const WHOLE = `config_dir: .
phase: aggregated
input_length: 128
output_length: 32
min_batch_size: 4
max_batch_size: 8
`;
let files = 0;

/** Writes a configuration file beside the problem's files. */
function file(text: string, name = `problem-${files++}.yaml`): string {
  const path = join(root, name);
  writeFileSync(path, text);
  return path;
}

/** What a command says in JSON, without what differs from run to run. */
async function answer(argv: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await cli([...argv, "--json"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const { run: _, ...rest } = JSON.parse(stdout);
  return rest;
}

const FLAGS = ["--config-dir", root, "--phase", "aggregated"];
const LENGTHS = ["--input-length", "128", "--output-length", "32"];
const BATCHES = ["--min-batch-size", "4", "--max-batch-size", "8"];

describe("a configuration file", () => {
  it("says what flags would say, lists and maps included", async () => {
    const byFile =
      file(`${WHOLE}own: {box.1x: 1}\ntp_degrees: [1, 2]\nexclude: [box.2x]\nfrontier: true
max_hourly_cost: 1e2\nuniform_tp: false\n`);
    const byFlags = ["--own", "box.1x=1", "--tp-degrees", "1,2", "--exclude", "box.2x"];
    const rest = ["--frontier", "--max-hourly-cost", "100"];
    expect(await answer(["solve", "--config", byFile])).toEqual(
      await answer(["solve", ...FLAGS, ...LENGTHS, ...BATCHES, ...byFlags, ...rest]),
    );
  });

  it("takes lists and maps as the text of the flag as well, and JSON", async () => {
    const asText = file(`${WHOLE}own: box.1x=1\ntp_degrees: "1,2"\n`);
    const asJson = file(
      JSON.stringify(
        {
          $schema: "problem.schema.json",
          config_dir: ".",
          phase: "aggregated",
          input_length: 128,
          output_length: 32,
          min_batch_size: 4,
          max_batch_size: 8,
          own: { "box.1x": 1 },
          tp_degrees: [1, 2],
        },
        null,
        "\t",
      ),
      "problem.json",
    );
    expect(await answer(["solve", "--config", asText])).toEqual(
      await answer(["solve", "--config", asJson]),
    );
  });

  it("loses against the command line", async () => {
    const { load, ...by } = (await answer([
      "solve",
      "--config",
      file(WHOLE),
      "--input-length",
      "64",
    ])) as Record<string, unknown>;
    expect(by).toMatchObject({ placement: { sequence_length: 64, output_length: 32 } });
    expect(load).toBeUndefined();
  });

  it("gives way where the command line says the same in another way", async () => {
    const { load } = (await answer([
      "solve",
      "--config",
      file(`${WHOLE}input_lengths: none.csv\n`.replace("input_length: 128\n", "")),
      "--input-length",
      "64",
      "--concurrency",
      "2",
    ])) as { load: unknown };
    expect(load).toMatchObject({ kind: "concurrency", concurrency: 2 });
  });

  it("serves several commands: keys of others are checked and left out", async () => {
    const shared = file(
      `${WHOLE}placement: placement.json\nfrontier: true\npp_stages: [1, 2]\ntp_degrees: [1, 2]\nbatch_sizes: 4\n`,
    );
    expect(await answer(["evaluate", "--config", shared])).toMatchObject({ status: "SUCCESS" });
    const { best } = (await answer(["sweep", "--config", shared, "--out", join(root, "runs")])) as {
      best: readonly unknown[];
    };
    expect(best).toHaveLength(1);
  });

  it("means paths from its own directory", async () => {
    mkdirSync(join(root, "inner"), { recursive: true });
    const inner = file(
      WHOLE.replace("config_dir: .", "config_dir: ..\nplacement: ../placement.json"),
      "inner/problem.yaml",
    );
    expect(await answer(["evaluate", "--config", inner])).toMatchObject({ status: "SUCCESS" });
  });

  it("takes anchors and aliases", async () => {
    const path = file(`${WHOLE}tp_degrees: &degrees [1, 2]\npp_stages: *degrees\n`);
    expect(await answer(["solve", "--config", path])).toMatchObject({ status: "optimal" });
  });
});

describe("an error of a configuration file names the place", () => {
  it.each([
    ["input_lenght: 128", "7:1, input_lenght: unknown key", 'Did you mean "input_length"?'],
    ["max-tpot-ms: 60", '7:1, max-tpot-ms: unknown key "max-tpot-ms".', "Write max_tpot_ms."],
    ["config: other.yaml", "7:1, config: unknown key", ""],
    ["max_hourly_cost: [1]", "7:18, max_hourly_cost: it is a list.", "Give a number"],
    ['max_hourly_cost: "90"', '7:18, max_hourly_cost: it is the string "90".', "Give a number"],
    ["max_hourly_cost: -1", '7:18, max_hourly_cost: "-1" is below 0.', "from 0."],
    ["max_hourly_cost:", "7:17, max_hourly_cost: it is empty.", "Give a number"],
    ["max_hourly_cost: .inf", "7:18, max_hourly_cost:", ""],
    ["tp_degrees: [1, 0]", '7:17, tp_degrees: "0" is below 1.', "GPUs from 1."],
    ["tp_degrees: [1, two]", '7:17, tp_degrees: it is the string "two".', "[1, 2, 4]"],
    ["tp_degrees: []", "7:13, tp_degrees: it is an empty list.", ""],
    ["include: [a, 7]", "7:14, include: it is the number 7.", "Give a list of names."],
    ['include: ["a,b"]', '7:11, include: "a,b" contains a comma.', "Give one item each."],
    ["include: [a, a]", "7:10, include: a is given twice.", ""],
    ["own: {box.1x: few}", '7:15, own.box.1x: it is the string "few".', "whole number"],
    ["own: {box.1x: 0}", "7:15, own.box.1x: 0 is below 1.", "whole number"],
    ["own: {box.3x: 1}", '7:6, own: "box.3x" is not in the pool.', "Did you mean"],
    ["own: [box.1x]", "7:6, own: it is a list.", "Give a map"],
    ["objective: cheap", '7:12, objective: "cheap" is not an objective.', "Known:"],
    ["frontier: yes", '7:11, frontier: it is the string "yes".', "Give true or false."],
    ["out: 5", "7:6, out: it is the number 5.", "quote it"],
    ["phases: {a: 1}", "7:9, phases: it is a map.", ""],
    ["phase: prefill", "7:1: this key is given twice.", "Keep one of the two."],
    ["- 1", "7:1: invalid YAML:", "Correct the file."],
    ["weight: !secret 1", "7:9: invalid YAML: Unresolved tag", ""],
    ["1: 2", "7:1: a key is not a string.", ""],
    ["---\nphase: prefill", "7:1: a second document starts.", ""],
    ["pool: []", "7:7, pool: it is not a list of instances.", ""],
    ["pool: [5]", "7:8, pool[0]: it is invalid:", "max_count: 4"],
    ["pool: [{gpu: H100}]", '7:9, pool[0]: unknown key "gpu".', 'Did you mean "gpus"?'],
    ["pool: [{gpus: H100, max_count: 0}]", "7:32, pool[0].max_count: it is invalid:", ""],
    ["pool: [{max_count: 1}]", "7:8, pool[0]: it does not select any instances.", "Give instance"],
    ["pool: [{gpus: a, instance: b}]", "7:8, pool[0]: it has both", ""],
    ["pool: [{gpus: H100, max_count: 1, owned: 2}]", "7:8, pool[0]: 2 of 1 instances", ""],
  ])("%s", async (line, told, hint) => {
    const path = file(`${WHOLE}${line}\n`);
    const { code, stdout, stderr } = await cli(["solve", "--config", path]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr.startsWith(`error: ${path}:${told}`), stderr).toBe(true);
    expect(stderr).toContain(hint);
  });

  it("also where only the command finds it", async () => {
    const path = file(`${WHOLE}max_load: true\n`);
    const { code, stderr } = await cli(["solve", "--config", path]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /problem-\d+\.yaml:\d:\d+, (max_load|min_batch_size): it cannot be combined with/,
    );
  });

  it.each([
    ["", "it is empty."],
    ["just a text", ":1:1: it is not a map."],
    ["[1, 2]", ":1:1: it is not a map."],
  ])("for %j as a whole", async (text, told) => {
    const { code, stderr } = await cli(["solve", "--config", file(text)]);
    expect(code).toBe(1);
    expect(stderr).toContain(told);
  });

  it("for a file that is not there", async () => {
    const { code, stderr } = await cli(["solve", "--config", join(root, "none.yaml")]);
    expect(code).toBe(1);
    expect(stderr).toContain("none.yaml: there is no such file.");
  });
});

describe("pool: of a configuration file", () => {
  const MODEL = "model: llama-3.1-8b\nphase: decode\ninput_length: 100\nconcurrency: 1\n";

  it("chooses from the catalogue; counts may be those of the whole file", async () => {
    const path = file(`${MODEL}max_count: 1
pool:
  - { instance: [p5.48xlarge], regions: us-east-1, usd_per_hour: 12.5 }
  - { gpus: L4, providers: [GCP], regions: us-central1, max_count: 3 }
`);
    const { stdout, stderr } = await cli(["solve", "--config", path, "--verbose", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ status: "optimal" });
    expect(stderr).toMatch(/\d+ instance types, \d+ instances/);
  });

  it.each([
    ["gpus: [L4, H1000]", /:7:7, gpus: the catalogue has no GPU "H1000"\. Did you mean "H100"\?$/],
    ["regions: [us-eat-1]", /:7:10, regions: the catalogue has no prices in a region "us-eat-1"\./],
    ["price_kinds: [spot, owned]\ngpus: V1000", /:8:7, gpus: the catalogue has no GPU "V1000"\./],
  ])("a wrong name is told at its own key and no other: %j", async (lines, told) => {
    const path = file(`${MODEL}providers: [AWS, GCP]\nmax_count: 1\n${lines}\n`);
    const { code, stderr } = await cli(["solve", "--config", path]);
    expect(code).toBe(1);
    expect(stderr.trim()).toMatch(told);
    expect(stderr).not.toContain("providers");
  });

  it("a wrong name for all items is told at its own key, one of an item at the item", async () => {
    const items = "pool: [{instance: p5.48xlarge, regions: us-east-1}]\n";
    const { stderr } = await cli(["solve", "--config", file(`${MODEL}${items}providers: GPC\n`)]);
    expect(stderr).toContain(':6:12, providers: the catalogue has no provider "GPC".');
    const own = "pool: [{instance: p5.48xlarge, providers: GPC}]\nproviders: AWS\n";
    const { stderr: ofItem } = await cli(["solve", "--config", file(`${MODEL}${own}`)]);
    expect(ofItem).toContain(':5:8, pool[0]: the catalogue has no provider "GPC".');
  });

  it("gives way to --instances", async () => {
    const path = file(`${MODEL}pool: [{instance: p5.48xlarge, regions: us-east-1}]\n`);
    const chosen = ["--instances", "p4d.24xlarge@us-east-1=1", "--quiet", "--json"];
    const { stdout } = await cli(["solve", "--config", path, ...chosen]);
    expect(JSON.parse(stdout).placement.stages[0].gpu_type).toBe("p4d.24xlarge#0");
  });
});
