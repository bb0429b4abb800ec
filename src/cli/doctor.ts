import { startBackend } from "./backend.ts";
import { checkCatalogue, checkModels } from "./doctor/data.ts";
import { type DoctorFinding, finding, type Level } from "./doctor/finding.ts";
import { checkMemory, checkNode, checkWorkers, checkWritable } from "./doctor/machine.ts";
import { checkSolver } from "./doctor/solvers.ts";
import { type CliIo, EXIT, type SolverName } from "./io.ts";
import { today } from "./today.ts";
import { packageFacts } from "./version.ts";

/** The flags of `doctor`. */
export interface DoctorFlags {
  readonly json?: true;
}

/** `doctor`: whether this machine has what the program needs; exit code 1 when it has not. */
export async function runDoctor(flags: DoctorFlags, io: CliIo): Promise<number> {
  const { version, engines } = packageFacts();
  const start = (name: SolverName) => startBackend(name, io);
  // Nothing runs beside a solver: its time is told.
  const findings: DoctorFinding[] = [];
  for (const [name, check] of [
    ["Node.js", () => checkNode(process.versions.node, engines.node)],
    ["HiGHS", () => checkSolver(start, "highs")],
    ["second solver", () => checkSolver(start, "jslp")],
    ["worker threads", checkWorkers],
    ["memory", checkMemory],
    ["catalogue", () => checkCatalogue(today(io.env))],
    ["models", checkModels],
    ["working directory", () => checkWritable(process.cwd())],
  ] as const) {
    findings.push(await finding(name, check));
  }
  const failed = findings.some(({ level }) => level === "fail");
  await io.stdout.write(
    flags.json
      ? `${JSON.stringify({ status: failed ? "FAILED" : "SUCCESS", version, checks: findings })}\n`
      : render(version, findings),
  );
  return failed ? EXIT.badInput : EXIT.ok;
}

const VERDICTS: Readonly<Record<Level, string>> = {
  ok: "Everything that is needed is there.",
  warn: "Everything that is needed is there; see what is marked warn.",
  fail: "Something that is needed is not there: see what is marked fail.",
};

function render(version: string, findings: readonly DoctorFinding[]): string {
  const width = Math.max(...findings.map(({ name }) => name.length));
  const lines = findings.map(
    ({ name, level, message }) => `${level.padEnd(4)}  ${name.padEnd(width)}  ${message}`,
  );
  const worst = (["fail", "warn"] as const).find((level) =>
    findings.some((each) => each.level === level),
  );
  return [`llm-placement ${version}`, ...lines, VERDICTS[worst ?? "ok"], ""].join("\n");
}
