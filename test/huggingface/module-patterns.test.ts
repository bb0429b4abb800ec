import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { moduleTest } from "../../src/huggingface/module-patterns.ts";

const NAMES = ["self_attn.q_proj", "self_attn.o_proj", "mlp.gate_proj", "mlp.shared_experts.w1"];
const PATHS = ["model.layers", "language_model.model.layers", "model.language_model.layers"];

/** Regular expressions as quantizers write them, which a backtracking matcher survives. */
const expression = fc
  .array(
    fc.constantFrom(
      ...["model", "layers", "\\.", ".", ".*", ".+", "\\d+", "[0-9]", "(self_attn|mlp)", "mlp"],
      ...["(a|b)?", "_proj", "\\w{2,5}", "$", "^", "gate", "q", "[^.]*", "|"],
    ),
    { minLength: 1, maxLength: 5 },
  )
  .map((parts) => parts.join(""));

describe("patterns of modules", () => {
  it("mean what JavaScript's regular expressions mean at a path's beginning", () => {
    fc.assert(
      fc.property(fc.array(expression, { minLength: 1, maxLength: 3 }), (sources) => {
        const isMeant = moduleTest(
          sources.map((source) => `re:${source}`),
          "config.json",
        );
        const tests = sources.map((source) => new RegExp(`^(?:${source})`));
        for (const layer of [0, 17]) {
          for (const name of NAMES) {
            const paths = PATHS.map((path) => `${path}.${layer}.${name}`);
            expect(isMeant(layer, [name])).toBe(
              paths.some((path) => tests.some((test) => test.test(path))),
            );
          }
        }
      }),
    );
  });

  it("take a wildcard for any text, and every other sign for itself", () => {
    const means = (pattern: string): boolean => moduleTest([pattern], "f")(3, ["mlp.gate_proj"]);
    expect(["*", "*.3.mlp", "model.*.3.mlp.g*", "*mlp*proj"].map(means)).toEqual(
      Array(4).fill(true),
    );
    expect(["*.3.m.p", "*.3.ml", "model*(3)*", "*mlp.gate|*", "\\Q*"].map(means)).toEqual(
      Array(5).fill(false),
    );
  });

  it("are tested in no time, however they are built", () => {
    const worst = ["(.?){200}z", "(?:.*.*.*){300}z", "(.{1,30}){1,20}z", "(.*[a-m].{15}){20}z"];
    const isMeant = moduleTest(
      [...worst.map((source) => `re:${source}`), `${"*a".repeat(40)}*z`],
      "f",
    );
    const started = performance.now();
    for (let layer = 0; layer < 2000; layer++) {
      for (const name of NAMES) expect(isMeant(layer, [name])).toBe(false);
    }
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
