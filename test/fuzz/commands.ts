import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CliIo } from "../../src/cli/io/io.ts";
import { runCli } from "../../src/cli/run-cli.ts";
import { createInlineHighs } from "../../src/milp/highs-inline.ts";
import type { MilpBackend } from "../../src/milp/model.ts";
import { configText, instancesText, POOL_TEXT } from "../input/texts.ts";
import {
  BENCHES,
  CALIBRATIONS,
  INSTANCES_CSV,
  LENGTHS,
  MEASURED,
  NETWORK_CSVS,
  PLACEMENTS,
  PLANS,
  POOL_CSV,
  PRICES_CSV,
  PROBLEM_YAMLS,
  SKYPILOTS,
  VANTAGES,
} from "./seeds.ts";
import { numberThatIsNone, type Target } from "./target.ts";

/** HiGHS loads once for all commands. */
const highs = createInlineHighs();
const BACKEND: MilpBackend = {
  name: highs.name,
  solve: (model, options) => highs.solve(model, options),
  dispose: async () => undefined,
};

/** What no command may end with: 0 to 3 are answers and bad inputs. */
const MOST_EXIT_CODE = 3;

/** Runs a command line in this process. @throws Error for what none may do */
async function command(argv: readonly string[]): Promise<void> {
  const texts = { stdout: "", stderr: "" };
  const output = (name: "stdout" | "stderr") => ({
    isTty: false,
    write: (text: string): void => {
      texts[name] += text;
    },
  });
  const io: CliIo = {
    stdout: output("stdout"),
    stderr: output("stderr"),
    env: { SOURCE_DATE_EPOCH: "1795500000", LLM_PLACEMENT_DEBUG: "1" },
    exit: () => undefined,
    onInterrupt: () => () => undefined,
    createBackend: () => BACKEND,
  };
  const code = await runCli(argv, io);
  const told = `\n${argv.join(" ")}\n${texts.stderr.slice(0, 2000)}`;
  if (code > MOST_EXIT_CODE) throw new Error(`exit code ${code}${told}`);
  if (/^\s+at /m.test(texts.stderr)) throw new Error(`a stack trace${told}`);
  if (code === 1 && !texts.stderr.includes("error: ") && texts.stdout === "") {
    throw new Error(`exit code 1 without a word${told}`);
  }
  // A file without a placement has no answer.
  const isEmpty = argv.includes("--placements") && texts.stdout === "";
  if (argv.includes("--json") && code !== 1 && !isEmpty) checkJson(texts.stdout, told);
}

/** Every line is an answer, and none of its numbers is none. */
function checkJson(stdout: string, told: string): void {
  for (const line of stdout.trimEnd().split("\n")) {
    const wrong = numberThatIsNone(JSON.parse(line), "");
    if (wrong !== null) throw new Error(`the answer holds ${wrong}${told}`);
  }
}

const LOAD = "--phase aggregated --input-length 128 --output-length 32".split(" ");
const WORKLOAD = [...LOAD, ..."--min-batch-size 4 --max-batch-size 8".split(" ")];
const LIMIT = ["--time-limit", "2"];
const P5 = ["--instances", "p5.48xlarge@us-east-1=1"];
const MODEL = ["--model", "llama-3.1-8b"];

const PROBLEM: Readonly<Record<string, string>> = {
  "config.csv": configText(),
  "gpu_pool.csv": POOL_TEXT,
  "cloud_instances_specs.csv": instancesText(),
};

/** A command over the text as a file of its own directory, DIR. */
function fileCommand(
  name: string,
  format: Target["format"],
  seeds: readonly string[],
  fileName: string,
  argv: readonly string[],
  others: Readonly<Record<string, string>> = {},
): Target {
  return {
    name,
    format,
    seeds,
    inputsPerRound: 20,
    run: (text) =>
      inDirectory({ ...others, [fileName]: text }, (directory) =>
        command(argv.map((argument) => argument.replaceAll("DIR", directory))),
      ),
  };
}

async function inDirectory(
  files: Readonly<Record<string, string>>,
  run: (directory: string) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "llm-placement-fuzz-"));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(join(directory, name, ".."), { recursive: true });
      writeFileSync(join(directory, name), text);
    }
    await run(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const solveDirectory = ["solve", "--config-dir", "DIR", ...WORKLOAD, ...LIMIT, "--json"];

const FILE_COMMANDS: readonly Target[] = [
  fileCommand(
    "solve --config",
    "yaml",
    PROBLEM_YAMLS,
    "problem.yaml",
    ["solve", "--config", "DIR/problem.yaml", ...LIMIT, "--json"],
    PROBLEM,
  ),
  fileCommand(
    "evaluate --config",
    "yaml",
    PROBLEM_YAMLS,
    "problem.yaml",
    ["evaluate", "--config", "DIR/problem.yaml", "--placement", "DIR/placement.json", "--json"],
    { ...PROBLEM, "placement.json": PLACEMENTS[0]! },
  ),
  fileCommand(
    "solve, config.csv",
    "csv",
    [configText(), configText({ cost_model: "calibrated" })],
    "config.csv",
    solveDirectory,
    PROBLEM,
  ),
  fileCommand("solve, gpu_pool.csv", "csv", [POOL_TEXT], "gpu_pool.csv", solveDirectory, PROBLEM),
  fileCommand(
    "solve, cloud_instances_specs.csv",
    "csv",
    [instancesText()],
    "cloud_instances_specs.csv",
    solveDirectory,
    PROBLEM,
  ),
  fileCommand(
    "solve, network_bandwidth.csv",
    "csv",
    NETWORK_CSVS,
    "network_bandwidth.csv",
    solveDirectory,
    PROBLEM,
  ),
  fileCommand("solve --pool", "csv", [POOL_CSV], "pool.csv", [
    "solve",
    "--pool",
    "DIR/pool.csv",
    ...MODEL,
    ...LOAD,
    "--concurrency",
    "4",
    ...LIMIT,
    "--json",
  ]),
  fileCommand(
    "evaluate, config.csv",
    "csv",
    [configText({ cost_model: "calibrated" })],
    "config.csv",
    ["evaluate", "--config-dir", "DIR", "--placement", "DIR/placement.json", "--json"],
    { ...PROBLEM, "placement.json": PLACEMENTS[0]! },
  ),
  fileCommand(
    "evaluate --placement",
    "json",
    PLACEMENTS,
    "placement.json",
    [
      "evaluate",
      "--config-dir",
      "DIR",
      ...WORKLOAD.slice(0, 6),
      "--placement",
      "DIR/placement.json",
      "--json",
    ],
    PROBLEM,
  ),
  fileCommand(
    "evaluate --placements",
    "text",
    [PLACEMENTS.join("\n")],
    "p.jsonl",
    ["evaluate", "--config-dir", "DIR", ...WORKLOAD, "--placements", "DIR/p.jsonl", "--json"],
    PROBLEM,
  ),
  fileCommand("evaluate --input-lengths", "csv", LENGTHS, "l.csv", [
    "evaluate",
    ...MODEL,
    ...P5,
    "--phase",
    "aggregated",
    "--input-lengths",
    "DIR/l.csv",
    "--output-length",
    "32",
    "--concurrency",
    "4",
    ..."--instance-family p5.48xlarge --tp-degree 8 --pp-stages 1 --json".split(" "),
  ]),
  fileCommand("evaluate --calibration", "json", CALIBRATIONS, "c.json", [
    "evaluate",
    ...MODEL,
    ...P5,
    ...LOAD,
    "--concurrency",
    "4",
    "--calibration",
    "DIR/c.json",
    ..."--instance-family p5.48xlarge --tp-degree 8 --pp-stages 1 --json".split(" "),
  ]),
  fileCommand(
    "network --derive",
    "csv",
    [POOL_TEXT],
    "gpu_pool.csv",
    ["network", "--derive", "--config-dir", "DIR", "--out", "DIR/n.csv"],
    PROBLEM,
  ),
  fileCommand(
    "sweep",
    "csv",
    [configText()],
    "config.csv",
    [
      "sweep",
      "--config-dir",
      "DIR",
      "--io",
      "128:32",
      "--batch-sizes",
      "4",
      "--phases",
      "aggregated",
      "--out",
      "DIR/out",
      "--json",
    ],
    PROBLEM,
  ),
  fileCommand(
    "compare",
    "json",
    PLANS,
    "b.json",
    ["compare", "DIR/a.json", "DIR/b.json", "--json"],
    { "a.json": PLANS[0]! },
  ),
  fileCommand(
    "export --solution",
    "json",
    PLANS,
    "solution.json",
    [
      "export",
      "--config-dir",
      "DIR",
      "--solution",
      "DIR/solution.json",
      "--target",
      "vllm",
      "--out",
      "DIR/out",
    ],
    PROBLEM,
  ),
  fileCommand("accuracy", "csv", MEASURED, "m.csv", [
    "accuracy",
    "--data",
    "DIR/m.csv",
    "--predictions",
    "DIR/p.csv",
    "--json",
  ]),
  fileCommand("calibrate, CSV", "csv", MEASURED, "m.csv", [
    "calibrate",
    "--data",
    "DIR/m.csv",
    "--out",
    "DIR/c.json",
    "--force",
    "--json",
  ]),
  fileCommand("calibrate, JSON", "json", BENCHES, "m.json", [
    "calibrate",
    "--data",
    "DIR/m.json",
    "--out",
    "DIR/c.json",
    "--force",
    "--json",
  ]),
  fileCommand("instances --check", "csv", [INSTANCES_CSV], "instances.csv", [
    "instances",
    "--check",
    "--catalogue",
    "DIR",
    "--json",
  ]),
  fileCommand(
    "instances --catalogue",
    "csv",
    [PRICES_CSV],
    "prices.csv",
    ["instances", "--catalogue", "DIR", "--json"],
    { "instances.csv": INSTANCES_CSV },
  ),
  fileCommand("instances import, SkyPilot", "csv", SKYPILOTS, "vms.csv", [
    "instances",
    "import",
    "--from",
    "skypilot",
    "--provider",
    "AWS",
    "--as-of",
    "2026-11-20",
    "--out",
    "DIR/out",
    "DIR/vms.csv",
    "--json",
  ]),
  fileCommand("instances import, Vantage", "json", VANTAGES, "i.json", [
    "instances",
    "import",
    "--from",
    "vantage",
    "--provider",
    "AWS",
    "DIR/i.json",
    "--json",
  ]),
];

/** One argument a line; those that write are given by the target. */
const LINES: readonly (readonly string[])[] = [
  [
    "evaluate",
    ...MODEL,
    ...P5,
    ...LOAD,
    "--concurrency",
    "4",
    ..."--instance-family p5.48xlarge --tp-degree 8 --pp-stages 1 --gpu-memory-utilization 0.9 --max-model-len 4096 --max-num-batched-tokens 2048 --own p5.48xlarge=1 --max-tpot-ms 50 --safety-margin 5".split(
      " ",
    ),
  ],
  [
    "solve",
    ...MODEL,
    ...P5,
    ...LOAD,
    "--request-rate",
    "2",
    ...LIMIT,
    ..."--max-hourly-cost 100 --max-ttft-ms 500 --tp-degrees 1,2,8 --max-stages p5.48xlarge=1 --max-instances 1 --objective throughput --gap 0.1".split(
      " ",
    ),
  ],
  [
    "solve",
    ...MODEL,
    ...P5,
    "--phase",
    "prefill",
    "--input-length",
    "128",
    "--input-length-p95",
    "300",
    "--min-batch-size",
    "4",
    "--max-batch-size",
    "8",
    ...LIMIT,
    "--max-total-cost",
    "10",
    "--total-tokens",
    "1000000",
    "--weight",
    "0.5",
    "--objective",
    "weighted",
    "--kv-cache-dtype",
    "fp8",
  ],
  [
    "instances",
    "--provider",
    "AWS",
    "--gpu",
    "L4",
    "--region",
    "us-east-1",
    "--kind",
    "spot",
    "--min-gpus",
    "1",
    "--max-price",
    "10",
    "--sort",
    "price",
    "--csv",
  ],
  ["models", "--json"],
  ["completion", "bash"],
];

const argumentLines: Target = {
  name: "the command line",
  format: "text",
  seeds: LINES.map((argv) => argv.join("\n")),
  inputsPerRound: 30,
  run: (text) => {
    const argv = text.split("\n");
    // What writes files has targets of its own.
    const writes =
      /^(?:--(?:out|report|export-model|predictions|force)\b|init$|examples$|bench$|doctor$|sweep$|collect$|import$)/;
    return command(argv.filter((argument) => !writes.test(argument)));
  },
};

/** Every command that reads files, and command lines themselves. */
export const COMMANDS: readonly Target[] = [...FILE_COMMANDS, argumentLines];
