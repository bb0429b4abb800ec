import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { EXPORT_FORMS, type ExportForm } from "../../src/export/targets.ts";
import type { Placement } from "../../src/placement/placement.ts";
import { filesOf, ONE_KIND, ONE_NODE, ONE_STAGE, ONLY_RAY, TWO_KINDS } from "./launches.ts";

/** What every form is shown with: one or more placements, by the name of their folder. */
const CASES: Readonly<Record<ExportForm, Readonly<Record<string, Placement>>>> = {
  vllm: { "two-kinds": TWO_KINDS, "one-node": ONE_NODE },
  sglang: { "two-kinds": TWO_KINDS },
  "tensorrt-llm": { "two-kinds": TWO_KINDS, "one-node": ONE_NODE },
  skypilot: { "two-kinds": TWO_KINDS, "one-kind": ONE_KIND },
  leaderworkerset: { "two-kinds": TWO_KINDS, "one-node": ONE_NODE },
  kserve: { "two-kinds": TWO_KINDS, "one-stage": ONE_STAGE },
  dynamo: { "one-kind": ONE_KIND, "one-node": ONE_NODE },
  ray: { "only-ray": ONLY_RAY },
};

/** Set to write the files anew; look at what changed before it is kept. */
const RENEW = process.env.RENEW_GOLDEN === "1";

describe.each(EXPORT_FORMS)("files of %s", (form) => {
  it.each(Object.entries(CASES[form]))("are the golden ones: %s", (name, placement) => {
    const folder = fileURLToPath(new URL(`golden/${form}/${name}/`, import.meta.url));
    const files = filesOf(form, placement);
    if (RENEW) {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
      for (const { path, text } of files) writeFileSync(`${folder}${path}`, text);
    }
    expect(files.map(({ path }) => path).sort()).toEqual(readdirSync(folder).sort());
    for (const { path, text } of files) {
      expect(text, path).toBe(readFileSync(`${folder}${path}`, "utf8"));
    }
  });
});
