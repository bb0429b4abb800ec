import { seconds, table } from "./markdown.ts";
import type { BaseTaken, ProcessTaken, WholeCommandRun } from "./measured.ts";

const HEAD = ["command", "processor s", "wall s", "MiB", "× bare HiGHS", "load"] as const;
const BASE_HEAD = ["before: processor s", "before: wall s", "before: MiB", "now ÷ before"] as const;

/** What is shown of the base in place of a ratio. */
function withoutRatio(base: Exclude<BaseTaken, { outcome: "same_answer" }>): string {
  return base.outcome === "stopped"
    ? `stopped after ${base.after_seconds} s`
    : `**another answer**: ${base.where.replaceAll("|", "\\|")}`;
}

/** Processor time now over processor time before. */
function ratio(run: WholeCommandRun, base: Extract<BaseTaken, { outcome: "same_answer" }>): string {
  return (run.processor_seconds / base.processor_seconds).toFixed(2);
}

function baseCells(run: WholeCommandRun): string[] {
  const { base } = run;
  if (base === null) return ["", "", "", ""];
  if (base.outcome !== "same_answer") return ["", "", "", withoutRatio(base)];
  return [
    seconds(base.processor_seconds),
    seconds(base.wall_seconds),
    base.peak_memory_mib.toFixed(0),
    ratio(run, base),
  ];
}

/** The table of all runs, with columns of the base where one was measured, and the commands. */
export function wholeCommandBlocks(runs: readonly WholeCommandRun[]): string[] {
  const hasBase = runs.some(({ base }) => base !== null);
  const rows = runs.map((run) => [
    run.name,
    seconds(run.processor_seconds),
    seconds(run.wall_seconds),
    run.peak_memory_mib.toFixed(0),
    run.times_bare.toFixed(1),
    run.load.toFixed(1),
    ...(hasBase ? baseCells(run) : []),
  ]);
  return [
    table(hasBase ? [...HEAD, ...BASE_HEAD] : HEAD, rows),
    runs
      .map(
        ({ name, command, exit_code }) =>
          `- ${name}: \`${command}\`${exit_code === 0 ? "" : `, exit code ${exit_code}`}`,
      )
      .join("\n"),
  ];
}

/** One run as a line of a terminal. */
export function wholeCommandLine(run: WholeCommandRun): string {
  const { base } = run;
  const took = (taken: ProcessTaken): string =>
    `processor ${seconds(taken.processor_seconds)} s, wall ${seconds(taken.wall_seconds)} s, ${taken.peak_memory_mib.toFixed(0)} MiB`;
  const before =
    base === null
      ? ""
      : base.outcome === "same_answer"
        ? `; before: ${took(base)}; × ${ratio(run, base)}`
        : `; before: ${withoutRatio(base).replaceAll("*", "")}`;
  return `${run.name.padEnd(24)} ${took(run)}, ${run.times_bare.toFixed(1)} × bare HiGHS${before}; load ${run.load.toFixed(1)}`;
}
