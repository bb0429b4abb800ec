import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { InputError } from "../../src/errors.ts";
import { edited } from "./edits.ts";
import { failureText, fuzz } from "./fuzz.ts";
import { settingsOf } from "./settings.ts";
import { fuzzTarget, judge, type Target } from "./target.ts";

const SEED = 20_261_130;
const SECONDS = 20;

describe("every reader", () => {
  it("refuses or takes what it is given, quickly, and answers with numbers", async () => {
    const settings = settingsOf(process.env, { seed: SEED, seconds: SECONDS });
    const report = await fuzz(settings);
    expect(report.failures.map(failureText).join("\n")).toBe("");
    expect(Object.keys(report.byTarget).length).toBeGreaterThan(40);
    expect(report.inputs).toBeGreaterThan(0);
  });
});

describe("the fuzzer", () => {
  const target = (run: Target["run"]): Target => ({
    name: "a target",
    format: "csv",
    seeds: ["a,b\n1,2\n3,4\n"],
    run,
    inputsPerRound: 1,
  });
  const found = async (run: Target["run"]) =>
    (await fuzzTarget(target(run), SEED, 2000, 10_000, () => undefined)).failure;

  it("finds an exception that is no InputError, and makes its input small", async () => {
    const failure = await found((text) => {
      if (text.includes("1e308")) throw new TypeError("too large");
    });
    expect(failure?.error).toContain("TypeError: too large");
    expect(failure?.input.length).toBeLessThan(30);
  });

  it("takes InputErrors for right answers", async () => {
    const failure = await found(() => {
      throw new InputError("here", "wrong.", "");
    });
    expect(failure).toBeNull();
  });

  it("finds an answer with a number that is none", async () => {
    const answer = { status: "SUCCESS", metrics: { ttft_ms: Number.POSITIVE_INFINITY } };
    await expect(
      judge(
        target(() => JSON.stringify(answer)),
        "",
      ),
    ).rejects.toThrow("the answer holds .metrics.ttft_ms Infinity");
    await expect(
      judge(
        target(() => JSON.stringify({ status: "SUCCESS" })),
        "",
      ),
    ).resolves.toBeUndefined();
  });

  it("names the input that ends the process", async () => {
    const dying = fileURLToPath(new URL("./dying-child.mjs", import.meta.url));
    const settings = settingsOf({}, { seed: SEED, seconds: 1 });
    const { failures } = await fuzz(settings, () => undefined, dying);
    expect(failures).toMatchObject(
      [{ target: "a reader", seed: 7, input: "the last\ninput", error: /SIGABRT/ }].map(
        (failure) => ({ ...failure, error: expect.stringMatching(failure.error) }),
      ),
    );
  });

  it("changes a valid input where it is told to", () => {
    const change = { place: 1, kind: 11, value: "x" };
    expect(edited("a,b\n1,2\n3,4\n", "csv", [change])).toBe("a,b\n1,2\nx,4\n");
    expect(JSON.parse(edited('{"a":{"b":1}}', "json", [{ ...change, place: 2 }]))).toEqual({
      a: { b: "x" },
    });
    expect(edited("a: {b: 1}\n", "yaml", [])).toBe("a:\n  b: 1\n");
  });
});
