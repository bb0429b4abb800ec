import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { POOL_FIELDS } from "../../src/cli/config-file/pool-schema.ts";
import { blocksOf, ROOT, readDocument, run } from "./documents.ts";

const TEXT = readDocument("docs/config-file.md");
const blocks = blocksOf(TEXT).filter(({ language }) => language === "yaml");
const scratch = mkdtempSync(join(tmpdir(), "config-file-"));
afterAll(() => rmSync(scratch, { recursive: true }));

describe("docs/config-file.md", () => {
  it("shows the file of the example", () => {
    const path = join(ROOT, "examples/founding-problem/problem.yaml");
    expect(`${blocks[0]!.lines.join("\n")}\n`).toBe(readFileSync(path, "utf8"));
  });

  it("shows a list of what may be rented that solves", async () => {
    const [, pool] = blocks;
    const path = join(scratch, "pool.yaml");
    writeFileSync(path, pool!.lines.join("\n"));
    const { code, stdout } = await run(["solve", "--config", path, "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: "optimal", metrics: { cost_per_hour: 0 } });
  });

  it("lists the keys of an item", () => {
    const listed = [...TEXT.matchAll(/^\| `(\w+)` +\|/gm)].map(([, key]) => key);
    expect(listed).toEqual([...POOL_FIELDS]);
  });

  it("shows the error for an unknown key as the program tells it", async () => {
    const path = join(scratch, "problem.yaml");
    writeFileSync(path, "config_dir: .\nmax_tpot: 60\n");
    const { all } = await run(["solve", "--config", path]);
    expect(TEXT).toContain(all.replaceAll(`${scratch}/`, ""));
  });
});
