import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PRIORS } from "../../src/cost/calibrated/priors.ts";
import { SHIPPED } from "../../src/cost/calibrated/shipped.ts";
import {
  ENGINE_TABLE,
  ENGINES,
  LAUNCH_ENGINES,
  PROFILES,
  plannedFor,
} from "../../src/engines/engines.ts";

const SOURCE = join(import.meta.dirname, "../../src");

/** Where an engine may be named, and what is said of it there: adding one touches these places and no others. */
const NAMED_IN: Readonly<Record<string, string>> = {
  "engines/engines.ts": "the table",
  "cost/calibrated/priors.ts": "its parameters before anything is fitted; one engine has all keys",
  "cost/calibrated/fitted.ts": "its fitted parameters",
  "calibration/plan-row.ts": "what measured rows call it",
  "export/export.ts": "the writer of its launch files",
  "cli/init/template.ts": "an example in the template of a configuration",
};

/** Files of one target: each writes for one engine, whose own facts it reads. */
const WRITERS = ["export/leader-worker-set.ts", "export/skypilot.ts", "export/targets.ts"];

test("an engine is named in the table, in its data and in its writer, nowhere else", () => {
  const names = new RegExp(
    `"(?:${PROFILES.join("|").replaceAll(".", "\\.")})"|ENGINE_TABLE\\.\\w|\\b(?:vllm|sglang|rocm|splitwise):`,
  );
  const files = readdirSync(SOURCE, { recursive: true, encoding: "utf8" }).filter((file) => {
    if (!file.endsWith(".ts")) return false;
    const code = readFileSync(join(SOURCE, file), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
    return names.test(code);
  });
  expect(files.sort()).toEqual([...Object.keys(NAMED_IN), ...WRITERS].sort());
});

test("every engine has parameters, and what starts it stands for plans of itself", () => {
  expect(Object.keys(ENGINE_TABLE).sort()).toEqual([...PROFILES].sort());
  for (const profile of PROFILES) {
    const own = PRIORS.filter(({ name }) => name.endsWith(`.${profile}`));
    expect(own.length, profile).toBeGreaterThan(0);
    for (const { name } of own) expect(SHIPPED.values[name], name).toBeGreaterThan(0);
  }
  for (const engine of ENGINES) {
    const { memoryShare, maxBatchedTokens, launchedAs } = ENGINE_TABLE[engine].plan;
    expect(memoryShare, engine).toBeGreaterThan(0);
    expect(memoryShare, engine).toBeLessThanOrEqual(1);
    expect(maxBatchedTokens, engine).toBeGreaterThan(0);
    if (launchedAs !== null) expect(plannedFor(launchedAs), engine).toContain(engine);
  }
  for (const engine of LAUNCH_ENGINES) {
    const { predictedAs } = ENGINE_TABLE[engine].launch;
    // Where a plan knows no engine, the first one's defaults are taken.
    expect(plannedFor(engine)[0], engine).toBe(predictedAs);
  }
});
