import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { afterAll, describe, expect, it } from "vitest";
import { withFlagTables } from "../../bench/cli-tables.ts";
import { plainProgram } from "../../bench/plain-program.ts";
import { CONFIG_KEYS } from "../../src/input/config/config-keys.ts";
import { RULES } from "../../src/placement/evaluation.ts";
import { FRONTIER_COLUMNS, SUMMARY_COLUMNS } from "../../src/report/summary.ts";
import { DATA_COLUMNS } from "../../src/sweep/row.ts";
import { measuredCsv } from "../input/measured-csv.ts";
import { blocksOf, readDocument, run } from "./documents.ts";

const TEXT = readDocument("docs/cli.md");

const SCRATCH = mkdtempSync(join(tmpdir(), "cli-reference-"));
afterAll(() => rmSync(SCRATCH, { recursive: true }));

const MEASURED = join(SCRATCH, "measured.csv");
writeFileSync(MEASURED, measuredCsv({}, { tp: "2" }, { tp: "" }));

/** Two kinds of node, which some targets have and Dynamo has not. */
const EXPORTABLE = join(SCRATCH, "placement.json");
writeFileSync(
  EXPORTABLE,
  JSON.stringify({
    batch_size: 1,
    sequence_length: 512,
    output_length: 128,
    stages: [
      { gpu_type: "g6e.48xlarge#0", tp_degree: 8, start_layer: 1, end_layer: 40 },
      { gpu_type: "p4de.24xlarge#0", tp_degree: 8, start_layer: 41, end_layer: 80 },
    ],
  }),
);

/** The text of a section up to the next heading of its level or a higher one; inner headings belong to it. */
function section(heading: string): string {
  const level = heading.split(" ")[0]!.length;
  const lines = TEXT.split("\n");
  const start = lines.indexOf(heading);
  if (start < 0) throw new Error(`docs/cli.md has no section "${heading}".`);
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => /^#+ /.test(line) && line.split(" ")[0]!.length <= level);
  return (end < 0 ? rest : rest.slice(0, end)).join("\n");
}

/** What stands between backticks in the first cells of a section's tables. */
function firstCells(text: string): string[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .flatMap((line) => [...line.split(" | ")[0]!.matchAll(/`([^`]+)`/g)].map(([, word]) => word!));
}

const quoted = new Set([...TEXT.matchAll(/`([^`\n]+)`/g)].map(([, word]) => word!));

const program = plainProgram();

/** A command and those inside it, by what is typed. */
function withInner(command: Command, before = ""): [string, Command][] {
  const path = `${before}${command.name()}`;
  return [[path, command], ...command.commands.flatMap((inner) => withInner(inner, `${path} `))];
}

describe("docs/cli.md", () => {
  it("has the tables of flags that the commands give; npx tsx bench/write-cli-tables.ts renews them", () => {
    expect(withFlagTables(TEXT, program)).toBe(TEXT);
  });

  it("has a section for every command, with the table of its flags", () => {
    for (const command of program.commands) {
      const text = section(`## ${command.name()}`);
      for (const [path, { options }] of withInner(command)) {
        if (options.length > 0) expect(text).toContain(`<!-- flags of ${path}`);
      }
    }
    for (const name of ["problem", "every command"]) {
      expect(TEXT).toContain(`<!-- flags of ${name} -->`);
    }
  });

  it("lists the parameters of config.csv, and no others", () => {
    expect(firstCells(section("### config.csv")).sort()).toEqual(Object.keys(CONFIG_KEYS).sort());
  });

  it("lists the rules in the order in which they are checked", () => {
    expect(firstCells(section("### JSON of evaluate"))).toEqual([...RULES]);
  });

  it("lists the columns of the files that are written", () => {
    const text = section("## Files that are written");
    const [block] = blocksOf(text);
    expect(block!.lines.join("").split(",")).toEqual([...DATA_COLUMNS]);
    for (const column of [...SUMMARY_COLUMNS.slice(DATA_COLUMNS.length), ...FRONTIER_COLUMNS]) {
      expect(text).toContain(`\`${column}\``);
    }
  });

  it("names every field of the JSON that commands print", async () => {
    const base = ["--config-dir", "config/llama3-70b", "--phase", "aggregated"];
    const workload = [...base, "--input-length", "2048", "--output-length", "512"];
    const batch = ["--min-batch-size", "32", "--max-batch-size", "32", "--json"];
    const answers = [
      ["solve", ...workload, ...batch, "--frontier", "--explain", "--max-hourly-cost", "30"],
      ["solve", ...workload, ...batch, "--max-hourly-cost", "11"],
      ["evaluate", ...workload, ...batch, ...split("g5.12xlarge", 4, 2)],
      ["evaluate", ...workload, ...batch, ...split("g5.12xlarge", 4, 1)],
      ["export", ...base, "--placement", EXPORTABLE, "--target", "vllm", "--json"],
      ["export", ...base, "--placement", EXPORTABLE, "--target", "dynamo", "--json"],
      ["bench", "--case", "tiny-1b", "--json"],
      ["accuracy", "--data", MEASURED, "--json"],
      ["calibrate", "--data", MEASURED, "--json"],
    ];
    const fields = new Set<string>();
    for (const args of answers) collectKeys(JSON.parse((await run(args)).stdout), fields);
    // The numbers behind a breach of a rule differ by rule and are left out.
    expect(fields.size).toBeGreaterThan(60);
    expect(
      [...fields].filter((field) => !quoted.has(field) && !TEXT.includes(`"${field}"`)),
    ).toEqual([]);
  });
});

function split(family: string, tpDegree: number, ppStages: number): string[] {
  const degrees = ["--tp-degree", String(tpDegree), "--pp-stages", String(ppStages)];
  return ["--instance-family", family, ...degrees];
}

function collectKeys(value: unknown, into: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) collectKeys(item, into);
  else if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      into.add(key);
      if (key !== "violations") collectKeys(inner, into);
    }
  }
}
