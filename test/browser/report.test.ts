import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { infeasibleReport, solveReport, sweepReport } from "../report/html-reports.ts";
import { browserTitle, hasChromium, useBrowser } from "./browser.ts";
import { contrastFaults, structureFaults } from "./faults.ts";

const reports: readonly (readonly [name: string, text: () => string])[] = [
  ["of an answer", () => solveReport()],
  ["of an infeasible problem", () => infeasibleReport()],
  ["of a sweep", () => sweepReport()],
];

/** Centre of the n-th point of the plot that is shown. */
async function hoverPoint(page: Page, index: number): Promise<void> {
  await page.locator("svg.plot:visible .point").nth(index).hover({ force: true });
}

async function column(page: Page, table: string, cell: number): Promise<string[]> {
  return page.locator(`${table} tbody tr:visible > :nth-child(${cell})`).allTextContents();
}

function dollars(texts: readonly string[]): number[] {
  return texts.map((text) => Number(text.replace(/[$,]/g, "")));
}

describe.skipIf(!hasChromium)(browserTitle("reports in a browser"), () => {
  const open = useBrowser();

  describe.each(reports)("a report %s", (_, text) => {
    it.each(["light", "dark"] as const)(
      "is well in the %s: nothing to complain of",
      async (colorScheme) => {
        const { page, complaints } = await open(text(), { colorScheme });
        expect(complaints).toEqual([]);
        expect(await page.evaluate(structureFaults)).toEqual([]);
        expect(await page.evaluate(contrastFaults)).toEqual([]);
        const background = await page.evaluate(
          () => getComputedStyle(document.body).backgroundColor,
        );
        expect(background).toBe(colorScheme === "light" ? "rgb(255, 255, 255)" : "rgb(20, 23, 27)");
      },
    );

    it.each([360, 768])("fits into %i pixels", async (width) => {
      const { page } = await open(text(), { viewport: { width, height: 800 } });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    });

    it("prints light, whole and without controls, whatever the screen", async () => {
      const { page } = await open(text(), {
        colorScheme: "dark",
        viewport: { width: 690, height: 900 },
      });
      await page.emulateMedia({ media: "print" });
      expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
        "rgb(255, 255, 255)",
      );
      expect(
        await page.locator("nav:visible, button.button:visible, .filters:visible").count(),
      ).toBe(0);
      const cut = await page.evaluate(
        () =>
          [...document.querySelectorAll(".scroll")].filter(
            (box) =>
              box.scrollHeight > box.clientHeight + 1 &&
              getComputedStyle(box).overflowY !== "visible",
          ).length,
      );
      expect(cut).toBe(0);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
        690,
      );
      expect((await page.pdf({ format: "A4" })).length).toBeGreaterThan(10_000);
    });

    it("says everything without its script", async () => {
      const { page, complaints } = await open(text(), { javaScriptEnabled: false });
      expect(complaints).toEqual([]);
      expect(await page.locator("h2:visible").count()).toBeGreaterThan(1);
      expect(await page.locator("button:visible").count()).toBe(0);
    });
  });

  it("shows what a point is when it is hovered, and keeps it when it is clicked", async () => {
    const { page, complaints } = await open(solveReport());
    const tip = page.locator("#tip");
    expect(await tip.isVisible()).toBe(false);
    const point = page.locator("svg.plot:visible .point.red");
    await point.hover();
    expect(await tip.textContent()).toContain("this answer");
    expect(await tip.textContent()).toContain("1 × g6e.48xlarge");
    const row = page.locator(`#${await point.getAttribute("data-row")}`);
    expect(await row.getAttribute("class")).toContain("hit");
    await page.mouse.move(5, 5);
    expect(await tip.isVisible()).toBe(false);
    await point.click();
    await page.mouse.move(5, 5);
    expect(await tip.isVisible()).toBe(true);
    expect(await point.getAttribute("aria-pressed")).toBe("true");
    await page.keyboard.press("Escape");
    expect(await tip.isVisible()).toBe(false);
    expect(complaints).toEqual([]);
  });

  it("keeps what it shows inside the window", async () => {
    const { page } = await open(solveReport(), { viewport: { width: 360, height: 700 } });
    const points = await page.locator("svg.plot:visible .point").count();
    for (let index = 0; index < points; index++) {
      await hoverPoint(page, index);
      const box = (await page.locator("#tip").boundingBox())!;
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(360);
      expect(box.y).toBeGreaterThanOrEqual(0);
    }
  });

  it("leads from point to point by keys, in the order of cost", async () => {
    const { page } = await open(solveReport());
    const stops = page.locator('svg.plot:visible .point[tabindex="0"]');
    expect(await stops.count()).toBe(1);
    await stops.focus();
    const tip = page.locator("#tip");
    const seen: number[] = [];
    for (let step = 0; step < 4; step++) {
      seen.push(dollars([/\$[\d.]+/.exec((await tip.textContent())!)![0]])[0]!);
      await page.keyboard.press("ArrowRight");
    }
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(new Set(seen).size).toBeGreaterThan(2);
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    expect(await tip.isVisible()).toBe(true);
  });

  it("sorts a table by a column, both ways, and says so", async () => {
    const { page } = await open(solveReport());
    const head = page.locator("#prices thead th").nth(5);
    expect(await head.getAttribute("aria-sort")).toBe("none");
    await head.locator("button").click();
    const up = dollars(await column(page, "#prices", 6));
    expect(up.length).toBeGreaterThan(5);
    expect(up).toEqual([...up].sort((a, b) => a - b));
    expect(await head.getAttribute("aria-sort")).toBe("ascending");
    await head.locator("button").press("Enter");
    expect(dollars(await column(page, "#prices", 6))).toEqual([...up].reverse());
    expect(await head.getAttribute("aria-sort")).toBe("descending");
  });

  it("copies the answer as JSON", async () => {
    const { page } = await open(solveReport(), {
      permissions: ["clipboard-read", "clipboard-write"],
    });
    await page.getByRole("button", { name: "Copy JSON" }).click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(JSON.parse(copied)).toMatchObject({ status: "optimal" });
  });

  it("filters runs and points by type, TP and batch", async () => {
    const { page } = await open(sweepReport());
    const rows = page.locator("#runs tbody tr:visible");
    const all = await rows.count();
    await page.locator("select[name=tp]").selectOption("8");
    const left = await rows.count();
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(all);
    expect(new Set(await column(page, "#runs", 2))).toEqual(new Set(["8"]));
    const points = page.locator("svg.plot .point:visible");
    for (const point of await points.all()) {
      expect(await point.getAttribute("aria-label")).toContain("TP 8");
    }
    await page.getByRole("button", { name: "Show all" }).click();
    await expect.poll(() => rows.count()).toBe(all);
    expect(await page.locator("output").textContent()).toBe(`${all} shown`);
  });

  it("runs nothing that stands in a name", async () => {
    const evil = `<script>document.title='evil'</script><img src=x onerror="document.title='evil'">`;
    for (const text of [
      solveReport({ rename: (name) => name + evil }),
      sweepReport((name) => name + evil),
    ]) {
      const { page, complaints } = await open(text);
      await hoverPoint(page, 0);
      expect(await page.locator("#tip").textContent()).toContain("<script>");
      expect(await page.title()).not.toBe("evil");
      expect(complaints).toEqual([]);
    }
  });
});
