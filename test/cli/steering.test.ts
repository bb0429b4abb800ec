import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readRecords } from "../../src/input/text/csv-records.ts";
import { csvText } from "../../src/input/text/csv-text.ts";
import { jsonText } from "../../src/json-text.ts";
import { terminalText } from "../../src/terminal-text.ts";
import { LLAMA } from "../huggingface/configs.ts";
import { configText, instancesText } from "../input/texts.ts";
import { cli, PLACEMENT, scratchDirectory, WORKLOAD, writeFiles } from "./harness.ts";

/** Colours, sets a title, rings; turns text round, joins, breaks lines; the second half of C1. */
const EVIL =
  "a\u001b[31mred\u001b]0;evil\u0007\u009b2J\u202eb\u2066c\u200dd\u2028e\u00ade\u{e0041}z";
const STEERING = /[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}]/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for.
const ANY_COLOUR = /\u001b\[\d\d?m/g;
/** What `createColours` makes, opening and closing. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for.
const PAINTED = /\u001b\[(?:1|2|22|3[1-6]|39|90)m/g;

const root = scratchDirectory();
const cell = `"${EVIL}"`;
const placement = {
  ...PLACEMENT,
  stages: [{ ...PLACEMENT.stages[0], gpu_type: `${EVIL}#0` }],
};
writeFiles(root, {
  "config.csv": configText({ model_name: cell }),
  "gpu_pool.csv": `instance_name,count\n${cell},2\nbox.1x,2\n`,
  "cloud_instances_specs.csv": instancesText({ "Instance Name": EVIL, "GPU Model": "NVIDIA A100" }),
  "p.json": JSON.stringify(placement),
  "p.jsonl": `${JSON.stringify(placement)}\n${JSON.stringify({ [EVIL]: 1 })}\n`,
  "bad.json": JSON.stringify({ ...placement, [EVIL]: EVIL }),
  "bad.csv": `instance_name,${cell}\n`,
  "bad.yaml": `${JSON.stringify(EVIL)}: ${JSON.stringify(EVIL)}\n`,
  "pool.yaml": `pool:\n  - { instance: ${JSON.stringify(EVIL)}, max_count: 1 }\n`,
  "hf/config.json": JSON.stringify({ ...LLAMA, model_type: EVIL }),
  "hf2/config.json": JSON.stringify({ ...LLAMA, quantization_config: { quant_method: EVIL } }),
  "measured.csv": `source,source_row,kind,model_id,gpu,engine,config_group\n${cell},1,${cell},m,g,vllm,c\n`,
  "bench.json": JSON.stringify({ model_id: EVIL, gpu: EVIL, tp: EVIL, num_prompts: 1 }),
  "catalogue/instances.csv": `provider,instance,gpu,gpus\n${cell},x,y,1\n`,
});

const PROBLEM = ["--config-dir", root];
const SPLIT = ["--instance-family", EVIL, "--tp-degree", "2", "--pp-stages", "1"];
const FILE = ["--placement", join(root, "p.json")];
const OUT = join(root, "out");
const REPORT = join(root, "report.html");

/** Every command that reads files or takes texts, in an order in which later ones find what earlier ones wrote. */
const COMMANDS: readonly (readonly string[])[] = [
  ["solve", ...PROBLEM, ...WORKLOAD, "--frontier", "--explain", "--out", OUT, "--report", REPORT],
  ["solve", ...PROBLEM, ...WORKLOAD, "--max-hourly-cost", "0.01"],
  ["solve", ...PROBLEM, ...WORKLOAD, "--include", EVIL, "--verbose"],
  ["solve", ...PROBLEM, ...WORKLOAD, "--exclude", `${EVIL}x`],
  ["solve", "--config", join(root, "bad.yaml")],
  ["solve", "--config", join(root, "pool.yaml"), "--model", "llama-3.1-8b", ...WORKLOAD],
  ["solve", ...PROBLEM, ...WORKLOAD, "--model", join(root, "hf")],
  ["solve", ...PROBLEM, ...WORKLOAD, "--model", join(root, "hf2")],
  ["evaluate", ...PROBLEM, ...FILE, "--compare-optimum"],
  ["evaluate", ...PROBLEM, ...WORKLOAD, ...SPLIT],
  ["evaluate", ...PROBLEM, "--placements", join(root, "p.jsonl")],
  ["evaluate", ...PROBLEM, "--placement", join(root, "bad.json")],
  ["evaluate", ...PROBLEM, "--placement", join(root, EVIL)],
  ["compare", OUT, join(OUT, "solution.json")],
  ...["vllm", "sglang", "ray", "skypilot", "dynamo", "kubernetes", "tensorrt-llm"].map((target) => [
    "export",
    ...PROBLEM,
    ...FILE,
    ...["--target", target, "--checkpoint", EVIL],
  ]),
  [
    "sweep",
    ...PROBLEM,
    "--phases",
    "prefill",
    "--input-lengths",
    "128",
    "--output-lengths",
    "0",
    "--batch-sizes",
    "4",
    "--out",
    join(root, "sweep"),
  ],
  ["collect", join(root, "sweep"), "--out", join(root, "all.csv")],
  ["network", ...PROBLEM],
  ["instances", "--catalogue", join(root, "catalogue")],
  ["instances", "--gpus", EVIL],
  ["models"],
  ["accuracy", "--data", join(root, "measured.csv")],
  ["calibrate", "--data", join(root, "measured.csv"), "--out", join(root, "c.json")],
  ["calibrate", "--data", join(root, "bench.json"), "--out", join(root, "c.json")],
  ["completion", EVIL],
  ["doctor"],
  ["init", EVIL, "--model", EVIL],
  [EVIL],
  ["solve", `--${EVIL}`],
];

describe("what steers a terminal", () => {
  it.each(
    COMMANDS.map(
      (argv) =>
        [
          argv
            .map((word) => JSON.stringify(word))
            .join(" ")
            .slice(0, 60),
          argv,
        ] as const,
    ),
  )(
    "reaches none out of any file or flag: %s",
    async (_, argv) => {
      for (const more of [[], ["--color"], ["--json"]]) {
        const { stdout, stderr, code } = await cli([...argv, ...more], { isTty: more.length > 0 });
        expect(code).not.toBe(70);
        const ours = more[0] === "--color" ? PAINTED : /$^/g;
        expect(stdout.replace(ours, "")).not.toMatch(STEERING);
        expect(stderr.replaceAll("\r\u001b[K", "")).not.toMatch(STEERING);
        expect(stdout).not.toContain("\u001b[31mred");
      }
    },
    60_000,
  );

  it("is in no file that a command writes", () => {
    for (const path of [REPORT, ...readdirSync(OUT).map((name) => join(OUT, name))]) {
      expect(readFileSync(path, "utf8")).not.toMatch(STEERING);
    }
    const { placement } = JSON.parse(readFileSync(join(OUT, "solution.json"), "utf8"));
    expect(JSON.stringify(placement)).toContain(EVIL.slice(-12));
  });
});

describe("the guard", () => {
  const steering = fc.constantFrom(
    ..."\u0000\u0007\u001b\r\u007f\u0090\u009b\u00ad\u200b\u202a\u202e\u2028\u2069\ufeff",
    "\u001b[31m",
    "\r\u001b[K",
    "\u001b[2J",
    "\u001b[0;31m",
    "\u001b[8m",
  );
  const text = fc
    .array(fc.oneof(fc.string({ unit: "binary" }), steering))
    .map((parts) => parts.join(""));

  it("lets nothing through that is not ours", () => {
    fc.assert(
      fc.property(text, (evil) => {
        expect(terminalText(evil, {})).not.toMatch(STEERING);
        expect(terminalText(evil, { colours: true }).replace(ANY_COLOUR, "")).not.toMatch(STEERING);
        expect(terminalText(evil, { colours: true })).not.toContain("\u001b[8m");
        expect(terminalText(evil, { redraws: true }).replaceAll("\r\u001b[K", "")).not.toMatch(
          STEERING,
        );
      }),
    );
    expect(terminalText("ä 语 \u001b[31mx\u001b[39m\ty\n", { colours: true })).toBe(
      "ä 语 \u001b[31mx\u001b[39m\ty\n",
    );
  });

  it("keeps the value of JSON", () => {
    fc.assert(
      fc.property(fc.dictionary(text, text), (value) => {
        for (const indent of [undefined, 2]) {
          expect(jsonText(value, indent)).not.toMatch(STEERING);
          expect(JSON.parse(jsonText(value, indent))).toEqual(JSON.parse(JSON.stringify(value)));
        }
      }),
    );
  });
});

describe("a text that a spreadsheet takes for a formula", () => {
  it("is told apart in CSV, numbers stay, and reading gives it back", () => {
    const texts = ["=1+1", "+x", "-x", "@SUM(A1)", "plain", "'quoted", "-5", "+1e3", "-1.5", "'=a"];
    const csv = csvText(
      ["a", "b"],
      texts.map((a) => ({ a, b: -1 })),
    );
    expect(csv.split("\n").slice(1, -1)).toEqual([
      "'=1+1,-1",
      "'+x,-1",
      "'-x,-1",
      "'@SUM(A1),-1",
      "plain,-1",
      "'quoted,-1",
      "-5,-1",
      "+1e3,-1",
      "-1.5,-1",
      "''=a,-1",
    ]);
    expect(
      readRecords(csv, "f.csv")
        .slice(1)
        .map(({ cells }) => cells[0]),
    ).toEqual(texts);
  });
});
