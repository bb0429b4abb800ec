/**
 * Runs everything in this room and writes what it printed to bench/RESULTS.md.
 *
 *   npm run build && npx tsc -p bench && node bench.tmp/bench/write-results.js
 *
 * takes about ten minutes; `npm run format` then lays out the tables. Nothing in the file is typed by hand.
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import {
  isKept,
  MEMORY_LIMIT_MIB,
  type ScaleRun,
  type SoakRun,
  type StartupRun,
} from "./measured.ts";

const OUT = "bench/RESULTS.md";

/** What a command printed. Its exit code may be 1: a limit that is broken belongs into the results. */
function run(command: string): { readonly stdout: string; readonly stderr: string } {
  process.stderr.write(`${command}\n`);
  const [program = "", ...args] = command.split(" ");
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: "utf8",
    maxBuffer: 2 ** 26,
    env: { ...process.env, NO_COLOR: "1" },
  });
  if (status !== 0 && status !== 1) throw new Error(`${command} ended with ${status}: ${stderr}`);
  return { stdout, stderr };
}

function jsonLines<T>(text: string): T[] {
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as T);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function section(title: string, command: string, ...blocks: readonly string[]): string {
  return [`## ${title}`, `\`\`\`console\n$ ${command}\n\`\`\``, ...blocks].join("\n\n");
}

function fenced(text: string): string {
  return `\`\`\`text\n${text.trimEnd()}\n\`\`\``;
}

function seconds(value: number): string {
  return value.toFixed(2);
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

const head = headSection();
const sections = [
  benchSection(),
  scaleSection(),
  startupSection(),
  soakSection(),
  evaluateSection(),
];
writeFileSync(OUT, `${[head, ...sections].join("\n\n")}\n`);
process.stderr.write(`written to ${OUT}\n`);
