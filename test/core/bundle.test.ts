import { createContext, runInContext } from "node:vm";
import { describe, expect, it } from "vitest";
import * as core from "../../src/index.ts";
import {
  BROWSER_TASK,
  type BrowserAnswer,
  bundleForBrowser,
  solveInBrowser,
  WEB_GLOBALS,
} from "../support/browser-bundle.ts";

describe("the core as a bundle for browsers", () => {
  it("is one script that imports nothing, and solves and evaluates where nothing of Node is", async () => {
    const { script, imports } = await bundleForBrowser("index.ts");
    expect(imports).toEqual([]);
    const context = createContext({ ...WEB_GLOBALS, task: BROWSER_TASK });
    runInContext("globalThis.window = globalThis;", context);
    runInContext(script, context);
    const answer = (await runInContext(`(${solveInBrowser})(task)`, context)) as BrowserAnswer;
    expect(answer.nodeGlobals).toEqual([]);

    Object.assign(globalThis, { llmPlacement: core });
    const here = await solveInBrowser(BROWSER_TASK);
    expect(here.nodeGlobals).toContain("process");
    expect(here.status).toBe("optimal");
    // Through JSON: objects of another context have other prototypes.
    expect(JSON.parse(JSON.stringify(answer))).toEqual({ ...here, nodeGlobals: [] });
  }, 60_000);

  it("is told apart from what needs Node", async () => {
    await expect(bundleForBrowser("node.ts")).rejects.toThrow(/Could not resolve "node:\w+"/);
  });
});
