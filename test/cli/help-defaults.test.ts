/** Defaults stand as text in the help, so that it loads none of what they are of; here they are compared with the values. */
import { expect, it } from "vitest";
import { DEFAULT_PROVIDER } from "../../src/input/pool/pool-source.ts";
import { DEFAULT_SETTINGS } from "../../src/input/problem/default-settings.ts";
import { DEFAULT_REQUEST, DEFAULT_TP_DEGREES } from "../../src/solver/request.ts";
import { DEFAULT_PP_STAGES } from "../../src/sweep/grid.ts";
import { NO_LIMITS } from "../../src/workload/workload.ts";
import { cli } from "./harness.ts";

/** The default that the help of a command gives for a flag. */
async function defaultOf(command: string, flag: string): Promise<string | undefined> {
  const { stdout } = await cli([command, "--help"]);
  const described = stdout.split(new RegExp(`^ +${flag} `, "m"))[1]!.split(/^ +--/m)[0]!;
  return /\(default: ([^)]*)\)/.exec(described.replace(/\s+/g, " "))?.[1];
}

it.each([
  ["solve", "--safety-margin", String(NO_LIMITS.latencySafetyMargin * 100)],
  ["evaluate", "--safety-margin", String(NO_LIMITS.latencySafetyMargin * 100)],
  ["solve", "--max-pipeline-stages", String(DEFAULT_SETTINGS.values.max_pipeline_stages)],
  ["solve", "--tp-degrees", DEFAULT_TP_DEGREES.join(",")],
  ["sweep", "--tp-degrees", DEFAULT_TP_DEGREES.join(",")],
  ["sweep", "--pp-stages", DEFAULT_PP_STAGES.join(",")],
  ["solve", "--cloud-provider", DEFAULT_PROVIDER],
  ["solve", "--gap", String(DEFAULT_REQUEST.gap)],
  ["solve", "--prefer-simple", String(DEFAULT_REQUEST.preferSimplePercent)],
])("%s %s says the default that holds", async (command, flag, value) => {
  expect(await defaultOf(command, flag)).toBe(value);
});
