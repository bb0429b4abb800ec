import { describe, expect, it } from "vitest";
import * as core from "../../src/index.ts";
import {
  BROWSER_TASK,
  type BrowserAnswer,
  bundleForBrowser,
  solveInBrowser,
} from "../support/browser-bundle.ts";
import { browserTitle, hasChromium, useBrowser } from "./browser.ts";

describe.skipIf(!hasChromium)(browserTitle("the core in a browser"), () => {
  const open = useBrowser();

  it("reads a problem, solves it and evaluates the placement as Node does", async () => {
    const { page, complaints } = await open("<!doctype html><title>core</title>");
    await page.addScriptTag({ content: (await bundleForBrowser("index.ts")).script });
    const answer: BrowserAnswer = await page.evaluate(solveInBrowser, BROWSER_TASK);
    Object.assign(globalThis, { llmPlacement: core });
    expect(answer).toEqual({ ...(await solveInBrowser(BROWSER_TASK)), nodeGlobals: [] });
    expect(complaints).toEqual([]);
  });
});
