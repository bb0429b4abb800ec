/**
 * Deliberate faults, one at a time, in a copy of the working tree: does a test notice?
 *
 *   npx tsx bench/mutants.ts [--only PATTERN] [--list]
 *
 * PATTERN is a regular expression on "file: name". A fault is killed when a test fails or does not end, not compiled when no test
 * fails but the compiler refuses it, and else survives; then the exit code is 1. Every test has to pass without a fault first.
 * Oracles draw 20 problems unless ORACLE_PROBLEMS says otherwise. The faults are in bench/mutants/.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { MUTANTS } from "./mutants/list.ts";
import { type Mutant, misplaced, mutated } from "./mutants/mutant.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** A fault that makes the program go round for ever is noticed by its time. */
const MOST_SECONDS = 600;

type Verdict = "killed" | "killed by time" | "survived" | "not compiled" | "equivalent";

/** What stays behind in the copy: what is large, made by the build, or not part of the project. */
const LEFT_OUT = /^(?:\.git|node_modules|dist|coverage|.*\.tmp)$/;

function copyOfTree(): string {
  const copy = mkdtempSync(join(tmpdir(), "mutants-"));
  cpSync(ROOT, copy, {
    recursive: true,
    filter: (source) => !LEFT_OUT.test(relative(ROOT, source)),
  });
  symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
  return copy;
}

/** Runs a program of a package in the copy. @returns its exit code, null when it did not end in time, and what it printed */
function run(
  copy: string,
  program: string,
  args: readonly string[],
): { readonly code: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join("node_modules", program), ...args],
    {
      cwd: copy,
      encoding: "utf8",
      timeout: MOST_SECONDS * 1000,
      maxBuffer: 2 ** 28,
      env: { ORACLE_PROBLEMS: "20", ...process.env },
    },
  );
  return { code: status, output: stdout + stderr };
}

function runTest(copy: string, test: string): ReturnType<typeof run> {
  return run(copy, "vitest/vitest.mjs", ["run", "--bail", "1", test]);
}

/** That a test passes without any fault: one that fails anyway would kill them all. @throws Error with its output where it does not */
function passesAsItIs(copy: string, test: string): void {
  if (PASSED.has(test)) return;
  const { code, output } = runTest(copy, test);
  if (code !== 0) throw new Error(`without any fault ${test} does not pass:\n${output}`);
  PASSED.add(test);
}

const PASSED = new Set<string>();

/** Tests run one after the other, the first that fails is enough. */
function judge(copy: string, mutant: Mutant): Verdict {
  if (mutant.equivalent !== undefined) return "equivalent";
  const path = join(copy, mutant.file);
  const text = readFileSync(path, "utf8");
  try {
    for (const test of mutant.tests) {
      writeFileSync(path, text);
      passesAsItIs(copy, test);
      writeFileSync(path, mutated(mutant, text));
      const { code } = runTest(copy, test);
      if (code === null) return "killed by time";
      if (code !== 0) return "killed";
    }
    return run(copy, "typescript/bin/tsc", ["--noEmit"]).code === 0 ? "survived" : "not compiled";
  } finally {
    writeFileSync(path, text);
  }
}

const { values: flags } = parseArgs({
  options: { only: { type: "string", default: "" }, list: { type: "boolean", default: false } },
});
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const pattern = new RegExp(flags.only);
const chosen = MUTANTS.filter(({ file, name }) => pattern.test(`${file}: ${name}`));
const faults = chosen.flatMap(
  (mutant) => misplaced(mutant, readFileSync(join(ROOT, mutant.file), "utf8")) ?? [],
);
if (faults.length > 0) throw new Error(faults.join("\n"));

if (flags.list) {
  for (const { file, name } of chosen) print(`${file}: ${name}`);
} else {
  const copy = copyOfTree();
  try {
    const counts = new Map<Verdict, number>();
    for (const mutant of chosen) {
      const started = performance.now();
      const verdict = judge(copy, mutant);
      counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
      const seconds = ((performance.now() - started) / 1000).toFixed(0);
      print(`${verdict.padEnd(14)} ${seconds.padStart(4)} s  ${mutant.file}: ${mutant.name}`);
    }
    const sums = [...counts].map(([verdict, count]) => `${count} ${verdict}`).join(", ");
    print(`${chosen.length} faults: ${sums}`);
    if (counts.has("survived")) process.exitCode = 1;
  } finally {
    rmSync(copy, { recursive: true });
  }
}
