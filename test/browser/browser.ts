import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";

const PATH = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";

/** Whether there is a Chromium to test in, where CHROMIUM_PATH says or where Debian puts it. */
export const hasChromium: boolean = existsSync(PATH);

/** The name of a group of browser tests, which says so when they are skipped. */
export function browserTitle(name: string): string {
  return hasChromium ? name : `${name}: skipped, there is no Chromium at ${PATH} (CHROMIUM_PATH)`;
}

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A page, and what went wrong in it. */
export interface OpenPage {
  readonly page: Page;
  /** Messages on the console, errors, requests for anything but the file itself. */
  readonly complaints: readonly string[];
}

/** A browser for the tests of a file; pages show a text as a file of its own. */
export function useBrowser(): (text: string, options?: BrowserContextOptions) => Promise<OpenPage> {
  let browser: Browser;
  const scratch = mkdtempSync(join(tmpdir(), "browser-"));
  let files = 0;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: PATH, args: FLAGS });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(scratch, { recursive: true });
  });
  return async (text, options = {}) => {
    const path = join(scratch, `${files++}.html`);
    writeFileSync(path, text);
    const url = pathToFileURL(path).href;
    const context = await browser.newContext({
      viewport: { width: 1200, height: 900 },
      ...options,
    });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => complaints.push(`console: ${message.text()}`));
    page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
    page.on("request", (request) => {
      if (request.url() !== url) complaints.push(`request: ${request.url()}`);
    });
    await page.goto(url);
    expect(await page.title()).not.toBe("");
    return { page, complaints };
  };
}
