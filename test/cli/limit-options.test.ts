import { Command } from "commander";
import { describe, expect, it } from "vitest";
import {
  addLimitOptions,
  type LimitFlags,
  limitsOfFlags,
} from "../../src/cli/options/limit-options.ts";

/** Limits as typed. */
function typed(...args: readonly string[]): ReturnType<typeof limitsOfFlags> {
  const command = addLimitOptions(new Command());
  return limitsOfFlags(command.parse(args, { from: "user" }).opts<LimitFlags>());
}

describe("the flags on budgets and targets", () => {
  it("give latencies in milliseconds and the margin in per cent; the core has seconds and a share", () => {
    expect(
      typed("--max-ttft-ms", "750", "--max-tpot-ms", "50", "--safety-margin", "20"),
    ).toMatchObject({ maxTtftSeconds: 0.75, maxTpotSeconds: 0.05, latencySafetyMargin: 0.2 });
  });

  it("give budgets, run time and throughput as the core has them", () => {
    const flags = [
      ["--max-hourly-cost", "12.5"],
      ["--max-cost-per-million-token", "3"],
      ["--max-total-cost", "99"],
      ["--max-total-runtime-hours", "24"],
      ["--min-throughput", "100"],
    ].flat();
    expect(typed(...flags)).toEqual({
      maxHourlyCostUsd: 12.5,
      maxCostPerMillionTokenUsd: 3,
      maxTotalCostUsd: 99,
      maxTotalRuntimeHours: 24,
      minTokensPerSecond: 100,
    });
  });

  it("say nothing where they are not given", () => {
    expect(typed()).toEqual({});
  });
});
