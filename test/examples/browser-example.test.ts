/** The example of docs/library.md, bundled as it says and run where nothing of Node is. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { afterAll, describe, expect, it } from "vitest";
import { CHOICE_FLAGS, PROBLEM_FLAGS } from "../../src/checked/shapes.ts";
import { NO_LIMITS } from "../../src/workload/workload.ts";
import { WEB_GLOBALS } from "../support/browser-bundle.ts";
import { blocksOf, ROOT, readDocument } from "./documents.ts";

const text = readDocument("docs/library.md");
const blocks = blocksOf(text);
const lineOf = (language: string): string =>
  blocks.find((block) => block.language === language)?.lines.join("\n") ?? "";

const directory = mkdtempSync(join(tmpdir(), "browser-example-"));
afterAll(() => rmSync(directory, { recursive: true }));

/** The package as it is installed, with its sources in place of what is built of them. */
function installPackage(): void {
  const folder = join(directory, "node_modules/llm-placement");
  mkdirSync(folder, { recursive: true });
  const { name, type, exports } = JSON.parse(readDocument("package.json"));
  const sources = { ...exports, ".": "./src/index.ts", "./node": "./src/node.ts" };
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name, type, exports: sources }));
  for (const part of ["src", "config"]) symlinkSync(join(ROOT, part), join(folder, part));
  // Without one of its own the directory may belong to a package above it.
  writeFileSync(join(directory, "package.json"), JSON.stringify({ name: "app", type: "module" }));
  symlinkSync(join(ROOT, "node_modules/highs"), join(directory, "node_modules/highs"));
}

/** What stands behind `npx esbuild`. @throws Error with what esbuild says */
function bundle(flags: readonly string[]): void {
  execFileSync(join(ROOT, "node_modules/.bin/esbuild"), flags, { cwd: directory, stdio: "pipe" });
}

describe("the example for browsers", () => {
  it("is bundled by the command that stands below it, and gives what it says", async () => {
    installPackage();
    writeFileSync(join(directory, "app.js"), lineOf("js"));
    const [npx, esbuild, ...flags] = lineOf("sh").replaceAll("\\\n", " ").split(/\s+/);
    expect([npx, esbuild]).toEqual(["npx", "esbuild"]);
    // A context without Node takes scripts only; what is exported has to have a name there.
    const asScript = flags.map((flag) => (flag === "--format=esm" ? "--format=iife" : flag));
    bundle([...asScript, "--global-name=app"]);
    const context = createContext({ ...WEB_GLOBALS });
    runInContext("globalThis.window = globalThis;", context);
    runInContext(readFileSync(join(directory, "app.bundle.js"), "utf8"), context);
    const [, call] = /^`(cheapestPlan\(\d+\))` gives$/m.exec(text)!;
    expect(await runInContext(`app.${call}`, context)).toBe(lineOf("text"));
  }, 60_000);

  it("needs the flag that leaves node:module alone", () => {
    const flags = lineOf("sh").replaceAll("\\\n", " ").split(/\s+/).slice(2);
    const others = flags.filter((flag) => flag !== "--external:node:module");
    expect(others).toHaveLength(flags.length - 1);
    expect(() => bundle(others)).toThrow('Could not resolve "node:module"');
  });
});

describe("docs/library.md", () => {
  it.each([
    ["flags of buildProblem", PROBLEM_FLAGS],
    ["choices of choosePool", CHOICE_FLAGS],
    ["limits", NO_LIMITS],
  ])("names all %s", (_, keys) => {
    for (const key of Object.keys(keys)) expect(text).toContain(`\`${key}\``);
  });
});
