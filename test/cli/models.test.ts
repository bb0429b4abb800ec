import { describe, expect, it } from "vitest";
import { cli } from "./harness.ts";

describe("models", () => {
  it("lists the library within the width of a report", async () => {
    const { code, stdout, stderr } = await cli(["models"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const lines = stdout.split("\n");
    for (const line of lines) expect([...line].length).toBeLessThanOrEqual(100);
    const at = lines.findIndex((line) => line.startsWith("  deepseek-r1 "));
    expect(lines[at]!.trim().split(/ {2,}/)).toEqual([
      "deepseek-r1",
      "61",
      "671 B",
      "37.6 B",
      "fp8",
      "70,272",
      "163,840",
    ]);
    expect(lines[at + 1]).toBe("  deepseek-ai/DeepSeek-R1");
  });

  it("gives figures, sources and notes as JSON", async () => {
    const { code, stdout } = await cli(["models", "--json"]);
    expect(code).toBe(0);
    const { status, models } = JSON.parse(stdout);
    expect(status).toBe("SUCCESS");
    expect(models.find(({ name }: { name: string }) => name === "gpt-oss-20b")).toEqual({
      name: "gpt-oss-20b",
      repository: "openai/gpt-oss-20b",
      layers: 24,
      parameters: { total: 20_914_757_184, active: 4_193_246_784 },
      weightFormat: "mxfp4",
      bytesPerWeight: 0.53125,
      kvBytesPerToken: 49_152,
      kvBytesPerTokenPastWindows: 24_576,
      maxContextTokens: 131_072,
      quantised: {},
      source: expect.stringContaining("https://huggingface.co/openai/gpt-oss-20b/"),
      checkedOn: "2026-11-24",
      notes: [],
    });
  });
});
