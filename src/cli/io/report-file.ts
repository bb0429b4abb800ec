import { writeFileAtomic } from "../../files/write-atomic.ts";
import { renderSolveReport, type SolveReportInput } from "../../report/html/solve-report.ts";
import { renderSweepReport, type SweepReportInput } from "../../report/html/sweep-report.ts";
import type { CliIo } from "./io.ts";
import { packageVersion } from "./version.ts";

/** Writes the report of a solve. @throws InputError when it cannot be written */
export function writeSolveReport(
  path: string,
  input: Omit<SolveReportInput, "version" | "commandLine">,
  io: Pick<CliIo, "commandLine">,
): void {
  writeFileAtomic(path, renderSolveReport({ ...input, ...originOf(io) }));
}

/** Writes the report of a sweep. @throws InputError when it cannot be written */
export function writeSweepReport(
  path: string,
  input: Omit<SweepReportInput, "version" | "commandLine">,
  io: Pick<CliIo, "commandLine">,
): void {
  writeFileAtomic(path, renderSweepReport({ ...input, ...originOf(io) }));
}

function originOf({ commandLine }: Pick<CliIo, "commandLine">) {
  return { version: packageVersion(), ...(commandLine && { commandLine }) };
}
