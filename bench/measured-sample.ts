/**
 * Draws the measured rows that the repository ships, for tests that run without the measured data:
 *
 *   npx tsx bench/measured-sample.ts --data FOLDER [--check]
 *
 * reads calibration.csv, new_sources.csv and kv_capacity.csv of the folder and writes test/calibration/sample/*.csv: 200 rows.
 * Rows are taken only of sources whose licence is known and lets them be passed on. The choice is seeded and looks at what was
 * run, never at what was measured or predicted. Equal data, equal bytes; `--check` writes nothing and fails when the files
 * would change.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parse } from "csv-parse/sync";
import type { Measurement } from "../src/calibration/measurement.ts";
import { targetRows } from "../src/calibration/targets.ts";
import { parseMeasurements } from "../src/input/measurements/parse-measurements.ts";
import { csvText } from "../src/input/text/csv-text.ts";

const SEED = 20261130;

/** How many rows of each file are shipped; with the KV capacities, 200. */
const FITTED_ROWS = 140;
const UNSEEN_ROWS = 36;
const KV_CAPACITY_ROWS = 24;

/** A source whose rows may be passed on. */
interface Source {
  readonly name: RegExp;
  /** SPDX. */
  readonly licence: "Apache-2.0" | "BSD-3-Clause" | "MIT";
  /** Where a row was published; `row` is its `source_row`. */
  readonly urlOf: (row: string) => string;
}

const github = (repository: string, path = "", commit = "main"): string =>
  path === ""
    ? `https://github.com/${repository}`
    : `https://github.com/${repository}/blob/${commit}/${path}`;

/** `7a292f9b0:docs/README.md:39` and `owner/fork@7a292f9b: docs/README.md [row]` as the address of the file at that commit. */
function atCommit(repository: string, row: string): string {
  const match = /^(?:([\w./-]+)@)?([0-9a-f]{8,9}):([\w./-]+)/.exec(row);
  if (!match) throw new Error(`no commit in "${row}"`);
  return github(match[1] ?? repository, match[3]!, match[2]!);
}

const pathOf = (row: string): string => row.replace(/:\d+$/, "");

/**
 * Licences as the repositories state them. Left out, because no licence was found: llamacpp_gpu_bench, tandemn_our_experiment,
 * dynamo_pre_swept, gloria_h200_gptoss, mlperf_inference_v4.1 and v5.1.
 */
const SOURCES: readonly Source[] = [
  {
    name: /^argonne_llm_inference_bench$/,
    licence: "BSD-3-Clause",
    urlOf: (row) => github("argonne-lcf/LLM-Inference-Bench", pathOf(row)),
  },
  {
    name: /^(inferencemax_aic|inferencemax_aic_ep|nvidia_aic_gap)$/,
    licence: "Apache-2.0",
    urlOf: () => github("ai-dynamo/aiconfigurator"),
  },
  {
    name: /^trtllm_docs_/,
    licence: "Apache-2.0",
    urlOf: (row) => atCommit("NVIDIA/TensorRT-LLM", row),
  },
  {
    name: /^rocm_vllm_docs_/,
    licence: "Apache-2.0",
    urlOf: (row) => atCommit("ROCm/vllm", row),
  },
  {
    name: /^splitwise$/,
    licence: "MIT",
    urlOf: () => github("Mutinifni/splitwise-sim", "data/perf_model.csv"),
  },
  {
    name: /^llmservingsim_vllm$/,
    licence: "MIT",
    urlOf: (row) => github("casys-kaist/LLMServingSim", row),
  },
  {
    name: /^cloudrift_server_benchmark$/,
    licence: "Apache-2.0",
    urlOf: () => github("cloudrift-ai/server-benchmark"),
  },
  {
    name: /^inferencex_token_position$/,
    licence: "Apache-2.0",
    urlOf: (row) => github("SemiAnalysisAI/InferenceX", row),
  },
];

type Cells = Readonly<Record<string, string>>;

/** A row that may be shipped, with what the choice looks at. */
interface Candidate {
  readonly cells: Cells;
  /** A value of each property that the sample should have much of. */
  readonly strata: readonly string[];
}

function candidates(path: string): Candidate[] {
  const text = readFileSync(path, "utf8");
  const cells: Cells[] = parse(text, { columns: true });
  const measurements = parseMeasurements(text, path);
  const { rows } = targetRows(measurements);
  const planOf = new Map(rows.map(({ measurement, plan }) => [measurement, plan]));
  return measurements.flatMap((measurement, i): Candidate[] => {
    const plan = planOf.get(measurement);
    const source = SOURCES.find(({ name }) => name.test(measurement.source));
    if (!plan || !source) return [];
    return [
      {
        cells: {
          ...cells[i]!,
          source_url: source.urlOf(measurement.sourceRow),
          licence: source.licence,
        },
        strata: [
          measurement.source,
          plan.gpu.name,
          plan.profile,
          familyOf(measurement),
          plan.architecture.weightFormat,
          plan.kind,
          `tp ${plan.tpDegree}`,
          `pp ${plan.pipelineStages}`,
          measurement.configGroup,
        ],
      },
    ];
  });
}

function familyOf({ configGroup }: Measurement): string {
  return `model ${configGroup.split("|")[1]}`;
}

/**
 * Takes the row whose properties are the rarest among those taken so far, again and again; of equals the one that the seed put
 * first. The sample has every GPU, engine, model and format that has a row, however few of the data's rows have it.
 */
function draw(all: readonly Candidate[], count: number): Cells[] {
  const open = shuffled(all);
  const taken = new Set<Candidate>();
  const seen = new Map<string, number>();
  const gain = ({ strata }: Candidate): number =>
    strata.reduce((sum, value) => sum + 1 / (1 + (seen.get(value) ?? 0)), 0);
  while (taken.size < count) {
    const best = open.reduce((a, b) => (gain(b) > gain(a) ? b : a));
    open.splice(open.indexOf(best), 1);
    taken.add(best);
    for (const value of best.strata) seen.set(value, (seen.get(value) ?? 0) + 1);
  }
  return all.filter((candidate) => taken.has(candidate)).map(({ cells }) => cells);
}

/** Fisher–Yates with mulberry32. */
function shuffled<T>(items: readonly T[]): T[] {
  const result = [...items];
  let state = SEED;
  const random = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}

function kvCapacities(path: string): Cells[] {
  const rows: Cells[] = parse(readFileSync(path, "utf8"), { columns: true });
  if (rows.length !== KV_CAPACITY_ROWS) throw new Error(`${path} has ${rows.length} rows`);
  return rows.map((cells) => ({
    ...cells,
    source: "aiconfigurator_kv_capacity",
    source_url: github("ai-dynamo/aiconfigurator"),
    licence: "Apache-2.0",
  }));
}

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const { values: flags } = parseArgs({
  options: { data: { type: "string" }, check: { type: "boolean", default: false } },
});
if (flags.data === undefined) {
  say("error: give the folder of the measured data: --data FOLDER");
  process.exit(1);
}
const data = flags.data;
const files: readonly (readonly [name: string, rows: readonly Cells[]])[] = [
  ["fitted.csv", draw(candidates(join(data, "calibration.csv")), FITTED_ROWS)],
  ["unseen.csv", draw(candidates(join(data, "new_sources.csv")), UNSEEN_ROWS)],
  ["kv-capacity.csv", kvCapacities(join(data, "kv_capacity.csv"))],
];
let changed = false;
for (const [name, rows] of files) {
  const url = new URL(`../test/calibration/sample/${name}`, import.meta.url);
  const text = csvText(Object.keys(rows[0]!), rows);
  if (flags.check) {
    const same = readFileSync(url, "utf8") === text;
    if (!same) say(`${name} would change`);
    changed ||= !same;
  } else {
    writeFileSync(url, text);
    say(`${name}: ${rows.length} rows`);
  }
}
process.exitCode = changed ? 1 : 0;
