/**
 * Two checkouts of the program side by side: the same problems in turn, A B A B …, so that a busy machine slows both alike.
 *
 *   npx tsx bench/side-by-side.ts BEFORE AFTER [--rounds N] [--only NAME]… [--json]
 *
 * BEFORE and AFTER are directories of checkouts. Each runs its own sources through tsx, or its build where both have one and --built
 * is given. Compared are what users run (`solve` on machines of the catalogue) and the cases of `bench` that both have: values,
 * MILPs, and the processor's seconds in user mode, less those of a command that solves nothing. Those of a case are mostly its
 * heuristics', so its solve's own wall time stands beside them.
 *
 * The exit code is 1 where values differ, a solve is not proven, or the `solve` commands take more than 1.15 times as long together.
 */
import { spawnSync } from "node:child_process";
import { loadavg } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { benchCases } from "../src/bench/cases.ts";
import { argumentsOf, CATALOGUE_PROBLEMS } from "./catalogue-problems.ts";
import { parseUsage, USAGE_REPORTER } from "./process-usage.ts";
import { median } from "./statistics.ts";

/** What the search may take, times what it took before. */
const MOST_RATIO = 1.15;
const MOST_DIFFERENCE = 1e-9;

interface Tree {
  readonly name: "before" | "after";
  readonly directory: string;
}

interface Job {
  readonly name: string;
  readonly args: readonly string[];
}

/** What a command found and took. */
interface Run {
  readonly status: string;
  readonly value: number | null;
  readonly milps: number;
  readonly userSeconds: number;
  /** Of the search itself. */
  readonly wallSeconds: number;
}

interface Objective {
  readonly value: number;
}

/** The parts that are read of what `solve --json` prints. */
interface SolvePrinted {
  readonly status: string;
  readonly objective?: Objective;
  readonly run: { readonly total_seconds: number; readonly milps_solved: number };
}

/** The parts that are read of what `bench --json` prints. */
interface BenchPrinted {
  readonly cases: readonly [{ readonly status: string; readonly objective: Objective | null }];
  readonly run: {
    readonly cases: readonly [{ readonly solve_seconds: number; readonly milps_solved: number }];
  };
}

/** @returns null for a case of `bench` that the checkout does not have */
function runCommand(
  { directory }: Tree,
  args: readonly string[],
  isBuilt: boolean,
): { readonly stdout: string; readonly userSeconds: number } | null {
  const main = isBuilt ? ["dist/cli/main.js"] : ["--import", "tsx", "src/cli/main.ts"];
  const child = spawnSync(process.execPath, ["--import", USAGE_REPORTER, ...main, ...args], {
    cwd: directory,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  if (child.stderr.includes("there is no case")) return null;
  if (child.status !== 0) {
    throw new Error(`${directory}: ${args.join(" ")} ended with ${child.status}: ${child.stderr}`);
  }
  return { stdout: child.stdout, userSeconds: parseUsage(child.output[3]!).userSeconds };
}

function runOf(
  kind: Compared["kind"],
  { stdout, userSeconds }: NonNullable<ReturnType<typeof runCommand>>,
): Run {
  if (kind === "solve") {
    const { status, objective, run } = JSON.parse(stdout) as SolvePrinted;
    const { milps_solved: milps, total_seconds: wallSeconds } = run;
    return { status, value: objective?.value ?? null, milps, userSeconds, wallSeconds };
  }
  const { cases, run } = JSON.parse(stdout) as BenchPrinted;
  const { status, objective } = cases[0];
  const { milps_solved: milps, solve_seconds: wallSeconds } = run.cases[0];
  return { status, value: objective?.value ?? null, milps, userSeconds, wallSeconds };
}

/** Rounds in turn, by the tree: each command's runs. */
function inTurn<T>(trees: readonly Tree[], rounds: number, once: (tree: Tree) => T): T[][] {
  const all: T[][] = trees.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, tree] of trees.entries()) all[i]!.push(once(tree));
  }
  return all;
}

interface Compared {
  readonly name: string;
  readonly kind: "solve" | "bench";
  readonly before: Run;
  readonly after: Run;
}

/** The first run with the median times. */
function typical(runs: readonly Run[], startSeconds: number): Run {
  return {
    ...runs[0]!,
    userSeconds: Math.max(0, median(runs.map((run) => run.userSeconds)) - startSeconds),
    wallSeconds: median(runs.map((run) => run.wallSeconds)),
  };
}

function isSame(before: Run, after: Run): boolean {
  if (before.status !== after.status) return false;
  if (before.value === null || after.value === null) return before.value === after.value;
  return Math.abs(before.value - after.value) <= MOST_DIFFERENCE * Math.abs(before.value);
}

function line({ name, before, after }: Compared): string {
  const pair = (of: (run: Run) => string): string => `${of(before)} → ${of(after)}`;
  const ratio = after.userSeconds / before.userSeconds;
  return [
    name.padEnd(22),
    isSame(before, after) ? "same value" : `VALUES DIFFER ${pair((r) => `${r.status} ${r.value}`)}`,
    `MILPs ${pair((r) => String(r.milps))}`,
    `user ${pair((r) => `${r.userSeconds.toFixed(2)} s`)}`,
    before.userSeconds > 0.2 ? `× ${ratio.toFixed(2)}` : "",
    `search ${pair((r) => `${r.wallSeconds.toFixed(2)} s`)}`,
  ].join("  ");
}

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "3" },
    only: { type: "string", multiple: true },
    built: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const [before, after] = positionals;
if (before === undefined || after === undefined) {
  throw new Error("give two directories: BEFORE AFTER");
}
const trees: readonly Tree[] = [
  { name: "before", directory: resolve(before) },
  { name: "after", directory: resolve(after) },
];
const rounds = Number(flags.rounds);
const isWanted = (name: string, kind: string): boolean =>
  !flags.only || flags.only.some((word) => word === name || word === kind);

const solves = CATALOGUE_PROBLEMS.filter(({ name }) => isWanted(name, "solve")).map(
  (problem): Job & Pick<Compared, "kind"> => ({
    name: problem.name,
    kind: "solve",
    args: [...argumentsOf(problem), "--json"],
  }),
);
const cases = benchCases()
  .filter(({ name }) => isWanted(name, "bench"))
  .map(({ name }): Job & Pick<Compared, "kind"> => ({
    name,
    kind: "bench",
    args: ["bench", "--json", "--case", name],
  }));

// The first round fills caches.
inTurn(trees, 1, (tree) => runCommand(tree, ["models", "--json"], flags.built));
const starts = inTurn(trees, rounds, (tree) => runCommand(tree, ["models", "--json"], flags.built));
const startSeconds = starts.map((runs) => median(runs.map((run) => run!.userSeconds)));
const compared: Compared[] = [];
for (const { name, kind, args } of [...solves, ...cases]) {
  const known = inTurn(trees, rounds, (tree) => runCommand(tree, args, flags.built));
  if (known.flat().includes(null)) continue;
  const runs = known.map((list) => list.map((run) => runOf(kind, run!)));
  const [one, two] = runs.map((list, i) => typical(list, startSeconds[i]!));
  const result: Compared = { name, kind, before: one!, after: two! };
  compared.push(result);
  process.stdout.write(flags.json ? `${JSON.stringify(result)}\n` : `${line(result)}\n`);
}
const sum = (kind: Compared["kind"], of: "before" | "after", what: "userSeconds" | "wallSeconds") =>
  compared.filter((one) => one.kind === kind).reduce((total, one) => total + one[of][what], 0);
const differ = compared.filter((one) => !isSame(one.before, one.after));
for (const [kind, what] of [
  ["solve", "userSeconds"],
  ["bench", "wallSeconds"],
] as const) {
  const [was, is] = [sum(kind, "before", what), sum(kind, "after", what)];
  if (was === 0) continue;
  const unit = what === "userSeconds" ? "user seconds" : "seconds of search";
  process.stderr.write(
    `${kind}: ${was.toFixed(2)} → ${is.toFixed(2)} ${unit}, × ${(is / was).toFixed(3)}\n`,
  );
  if (kind === "solve" && is > was * MOST_RATIO) process.exitCode = 1;
}
process.stderr.write(
  `${compared.length} problems, ${differ.length} with another value; ${rounds} rounds; load ${loadavg()[0]!.toFixed(1)}\n`,
);
if (differ.length > 0) process.exitCode = 1;
