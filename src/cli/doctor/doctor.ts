import { jsonText } from "../../json-text.ts";
import { startBackend } from "../backend.ts";
import { type CliIo, EXIT, type SolverName } from "../io/io.ts";
import { today } from "../io/today.ts";
import { packageFacts } from "../io/version.ts";
import { checkCatalogue, checkModels } from "./data.ts";
import { type DoctorFinding, finding, type Level } from "./finding.ts";
import { checkMemory, checkNode, checkWorkers, checkWritable } from "./machine.ts";
import { checkSolver } from "./solvers.ts";

/** The flags of `doctor`. */
export interface DoctorFlags {
  readonly json?: true;
}

/** `doctor`: whether this machine has what the program needs; exit code 1 when it has not. */
export async function runDoctor({ json }: DoctorFlags, io: CliIo): Promise<number> {
  const { version } = packageFacts();
  const checks = checksOf(io);
  const width = Math.max(...checks.map(([name]) => name.length));
  if (!json) await io.stdout.write(`llm-placement ${version}\n`);
  const findings: DoctorFinding[] = [];
  // One after the other: a solver's time is told, and each line as soon as it is known.
  for (const [name, check] of checks) {
    const found = await finding(name, check);
    findings.push(found);
    if (json) continue;
    await io.stdout.write(`${found.level.padEnd(4)}  ${name.padEnd(width)}  ${found.message}\n`);
  }
  const worst = LEVELS.find((level) => findings.some((found) => found.level === level)) ?? "ok";
  const status = worst === "fail" ? "FAILED" : "SUCCESS";
  await io.stdout.write(
    json ? `${jsonText({ status, version, checks: findings })}\n` : `${VERDICTS[worst]}\n`,
  );
  return worst === "fail" ? EXIT.badInput : EXIT.ok;
}

type Check = Parameters<typeof finding>[1];

function checksOf(io: CliIo): readonly (readonly [name: string, check: Check])[] {
  const { engines } = packageFacts();
  const start = (name: SolverName) => startBackend(name, io);
  return [
    ["Node.js", () => checkNode(process.versions.node, engines.node)],
    ["HiGHS", () => checkSolver(start, "highs")],
    ["second solver", () => checkSolver(start, "jslp")],
    ["worker threads", checkWorkers],
    ["memory", checkMemory],
    ["catalogue", () => checkCatalogue(today(io.env))],
    ["models", checkModels],
    ["working directory", () => checkWritable(process.cwd())],
  ];
}

/** The worst first. */
const LEVELS: readonly Level[] = ["fail", "warn", "ok"];

const VERDICTS: Readonly<Record<Level, string>> = {
  ok: "All checks passed.",
  warn: "All required checks passed; see the warnings.",
  fail: "A required check failed; see the lines marked fail.",
};
