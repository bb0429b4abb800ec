/**
 * Runs everything in this room and writes what it printed to bench/RESULTS.md.
 *
 *   npm run build && npx tsc -p bench && node bench.tmp/bench/write-results.js [--base DIST]
 *
 * With DIST, the build of another commit, whole commands are measured with it as well. `npm run format` then lays out the tables.
 * Nothing in the file is typed by hand.
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { GROWTH_BASE } from "./growth-problems.ts";
import { growthBlocks } from "./growth-table.ts";
import { fenced, seconds, section, table } from "./markdown.ts";
import {
  type GrowthRun,
  isKept,
  MEMORY_LIMIT_MIB,
  type ScaleRun,
  type SoakRun,
  type StartupRun,
  type WholeCommandRun,
} from "./measured.ts";
import { wholeCommandBlocks } from "./whole-command-table.ts";

const OUT = "bench/RESULTS.md";
/** Beside the results, which show it. */
const GROWTH_PLOT = "bench/growth.svg";

/**
 * What a command printed.
 * @param accepted exit codes; 1: a limit that is broken belongs into the results
 */
function run(
  command: string,
  accepted: readonly number[] = [0, 1],
): { readonly stdout: string; readonly stderr: string } {
  process.stderr.write(`${command}\n`);
  const [program = "", ...args] = command.split(" ");
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: "utf8",
    maxBuffer: 2 ** 26,
    env: { ...process.env, NO_COLOR: "1" },
  });
  if (status === null || !accepted.includes(status)) {
    throw new Error(`${command} ended with ${status}: ${stderr}`);
  }
  return { stdout, stderr };
}

function jsonLines<T>(text: string): T[] {
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as T);
}

function limit(value: number | null): string {
  return value === null ? "" : `${value}`;
}

const SCALE_HEAD = [
  "problem",
  "status",
  "s",
  "limit s",
  "processor s",
  "MILPs",
  "s in MILPs",
  "columns",
  "cases",
  "frontier",
  "MiB",
  "load",
] as const;

function scaleTable(runs: readonly ScaleRun[]): string {
  const rows = runs.map((r) => [
    r.name,
    isKept(r) ? r.status : `${r.status}, **limit broken**`,
    seconds(r.total_seconds),
    limit(r.limit_seconds),
    seconds(r.processor_seconds),
    `${r.milps}`,
    seconds(r.milp_seconds),
    `${r.largest_milp_columns}`,
    `${r.cases}`,
    r.frontier_points === null ? "" : `${r.frontier_points}`,
    r.peak_memory_mib.toFixed(0),
    r.load.toFixed(1),
  ]);
  return table(SCALE_HEAD, rows);
}

function scaleSection(): string {
  const command = "node bench.tmp/bench/scale.js --json";
  const runs = jsonLines<ScaleRun>(run(command).stdout);
  const of = (name: ScaleRun["cost_model"]): ScaleRun[] =>
    runs.filter(({ cost_model }) => cost_model === name);
  return section(
    "How the proof scales",
    command.replace(" --json", ""),
    `Seconds of one solve in a process of its own, HiGHS in its worker; at most ${MEMORY_LIMIT_MIB} MiB of memory.`,
    "### What users run: the calibrated model on the catalogue",
    "Models of the library, requests of 1,024 input and 256 output tokens, what vLLM can start. *region*: AWS us-east-1. *clouds*: AWS, GCP, Azure, Lambda, Nebius and CoreWeave. *whole*: all that the catalogue has on demand. *open*: no load is given, so 63 levels of concurrency are searched; *rate*: 5 requests per second; else 64 sequences in flight. *limits*: TTFT 2 s, TPOT 60 ms.",
    scaleTable(of("calibrated")),
    "### The reference model",
    "*big*: the 405B model (126 layers) on 60 types × 1,000 instances, TP up to 16, any sizes, 8 batch sizes, 16 stages. *matrix*: the founding pool with an explicit matrix of 168 GPUs, every pair a little different. *uneven*, *windows*: 61 layers that are not alike. The series change one number of a base problem: 80 layers, 20 types × 8 instances, 8 stages, one batch size.",
    scaleTable(of("reference")),
  );
}

function startupSection(): string {
  const command = "node bench.tmp/bench/startup.js --json";
  const runs = jsonLines<StartupRun>(run(command).stdout);
  return section(
    "Whole processes",
    command.replace(" --json", ""),
    `Start of the process included, ${runs[0]!.rounds} rounds in turn.`,
    table(
      ["command", "median s", "fastest", "slowest", "limit s", "× bare HiGHS", "load"],
      runs.map((r) => [
        r.name,
        r.limit_seconds !== null && r.median_seconds > r.limit_seconds
          ? `${seconds(r.median_seconds)} **limit broken**`
          : seconds(r.median_seconds),
        seconds(r.fastest_seconds),
        seconds(r.slowest_seconds),
        limit(r.limit_seconds),
        seconds(r.times_bare),
        r.load.toFixed(1),
      ]),
    ),
    runs.map((r) => `- ${r.name}: \`${r.command}\``).join("\n"),
  );
}

/** The commit that a build was made of. */
function commitOf(dist: string): string {
  return run(`git -C ${dist} rev-parse --short HEAD`, [0]).stdout.trim();
}

/** @param base the `dist` directory of another commit's checkout, if there is one */
function wholeCommandsSection(base: string | undefined): string {
  const command = "node bench.tmp/bench/whole-commands.js";
  const withBase = base === undefined ? command : `${command} --base ${base}`;
  // 2: answers differ, which the table says.
  const runs = jsonLines<WholeCommandRun>(run(`${withBase} --json`, [0, 2]).stdout);
  const before =
    base === undefined
      ? ""
      : ` *before*: commit ${commitOf(base)}, which answers the same unless the table says otherwise.`;
  return section(
    "Whole commands on the catalogue and on large files",
    base === undefined ? command : `${command} --base DIST`,
    `A process from its start to its end, medians of ${runs[0]!.rounds} rounds in turn; processor time in user and system mode, of all threads. *× bare HiGHS*: processor time over that of a process that loads HiGHS and solves two variables.${before}`,
    ...wholeCommandBlocks(runs),
  );
}

function growthSection(): string {
  const command = `node bench.tmp/bench/growth.js --svg ${GROWTH_PLOT}`;
  const runs = jsonLines<GrowthRun>(run(`${command} --json`, [0]).stdout);
  const { offers, levels, layers, stages } = GROWTH_BASE;
  return section(
    "How a search grows with the problem",
    command,
    `Each series changes one number of a base problem by the calibrated model: ${offers} offers drawn out of the catalogue, ${levels} levels of concurrency, ${layers} layers like those of Llama 3.3 70B, at most ${stages} stages, 2,048 input and 512 output tokens. Processor time of the search alone, of all threads, in a process that has solved before: the median of ${runs[0]!.draws_processor_seconds.length} draws of offers, each the median of ${runs[0]!.rounds} solves.`,
    `![Processor time of one search over the size of the problem](${basename(GROWTH_PLOT)})`,
    ...growthBlocks(runs),
  );
}

function soakSection(): string {
  const command = "node bench.tmp/bench/soak.js --json";
  const r = jsonLines<SoakRun>(run(command).stdout)[0]!;
  return section(
    "Many solves in one process",
    command.replace(" --json", ""),
    table(
      ["", `after ${r.part_solves} solves`, `after ${r.solves} solves`],
      [
        ["heap, MiB", r.heap_mib.early.toFixed(1), r.heap_mib.end.toFixed(1)],
        ["resident, MiB", r.resident_mib.early.toFixed(1), r.resident_mib.end.toFixed(1)],
        [
          `seconds of ${r.part_solves} solves`,
          seconds(r.first_part_seconds),
          seconds(r.last_part_seconds),
        ],
      ],
    ),
    `${r.milps} MILPs on one worker, every answer equal to the first of its problem. Load ${r.load.toFixed(1)}.`,
  );
}

function evaluateSection(): string {
  const command = "node bench.tmp/bench/evaluate.bench.js";
  return section("Placements a second", command, fenced(run(command).stdout));
}

function benchSection(): string {
  const command = "node dist/cli/main.js bench";
  const { stdout, stderr } = run(command);
  return section(
    "The optimum beside heuristics",
    command,
    fenced(stdout),
    "Its times, from stderr:",
    fenced(stderr),
  );
}

function headSection(): string {
  const processor = cpus()[0]?.model.trim() ?? "unknown processor";
  const gib = totalmem() / 1024 ** 3;
  return [
    "# Results of the benchmarks",
    `Written by bench/write-results.ts on ${new Date().toISOString().slice(0, 10)}: Node ${process.version}, ${cpus().length} cores (${processor}), ${gib.toFixed(0)} GiB, load ${loadavg()[0]!.toFixed(1)} at the start. *load* is the machine's over the last minute: above the number of cores, others were at work and wall times are longer than on an idle machine; processor seconds are less affected.`,
  ].join("\n\n");
}

const { values: flags } = parseArgs({ options: { base: { type: "string" } } });
const head = headSection();
const sections = [
  benchSection(),
  scaleSection(),
  startupSection(),
  wholeCommandsSection(flags.base),
  growthSection(),
  soakSection(),
  evaluateSection(),
];
writeFileSync(OUT, `${[head, ...sections].join("\n\n")}\n`);
process.stderr.write(`written to ${OUT}\n`);
