import type { Command, Option } from "commander";
import type { ProblemFlags } from "../../input/problem/merge-flags.ts";
import { BUDGETS, type BudgetUnit, MARGIN_PERCENT } from "../../input/text/ranges.ts";
import { addOptions, numberOption } from "./options.ts";

/** The flags on budgets and targets. */
export interface LimitFlags {
  readonly maxHourlyCost?: number;
  readonly maxCostPerMillionToken?: number;
  readonly maxTotalCost?: number;
  readonly maxTotalRuntimeHours?: number;
  readonly minThroughput?: number;
  readonly maxTtftMs?: number;
  readonly maxTpotMs?: number;
  /** Per cent. */
  readonly safetyMargin?: number;
}

const MS_PER_SECOND = 1000;
const PER_CENT = 100;

/** Adds the flags on budgets and targets to a command. */
export function addLimitOptions(command: Command): Command {
  return addOptions(command, [
    limitOption("--max-hourly-cost <usd>", "budget, $ per hour", "dollars per hour"),
    limitOption(
      "--max-cost-per-million-token <usd>",
      "budget, $ per million tokens",
      "dollars per million tokens",
    ),
    limitOption("--max-total-cost <usd>", "budget of the whole job, $", "dollars"),
    limitOption("--max-total-runtime-hours <hours>", "maximum run time of the job", "hours"),
    limitOption(
      "--min-throughput <rate>",
      "minimum tokens/s, input and output together",
      "tokens per second",
    ),
    limitOption("--max-ttft-ms <ms>", "maximum time to first token", "milliseconds"),
    limitOption("--max-tpot-ms <ms>", "maximum time per output token", "milliseconds"),
    numberOption(
      "--safety-margin <percent>",
      "margin by which predicted latencies must stay below their limits (default: 10)",
      MARGIN_PERCENT,
    ),
  ]);
}

/** Flags as limits of a problem. */
export function limitsOfFlags(flags: LimitFlags): NonNullable<ProblemFlags["limits"]> {
  return {
    maxHourlyCostUsd: flags.maxHourlyCost,
    maxCostPerMillionTokenUsd: flags.maxCostPerMillionToken,
    maxTotalCostUsd: flags.maxTotalCost,
    maxTotalRuntimeHours: flags.maxTotalRuntimeHours,
    minTokensPerSecond: flags.minThroughput,
    maxTtftSeconds: divided(flags.maxTtftMs, MS_PER_SECOND),
    maxTpotSeconds: divided(flags.maxTpotMs, MS_PER_SECOND),
    latencySafetyMargin: divided(flags.safetyMargin, PER_CENT),
  };
}

function divided(value: number | undefined, by: number): number | undefined {
  return value === undefined ? undefined : value / by;
}

function limitOption(flags: string, description: string, unit: BudgetUnit): Option {
  return numberOption(flags, description, BUDGETS[unit]);
}
