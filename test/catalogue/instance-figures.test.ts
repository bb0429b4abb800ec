import { describe, expect, it, test } from "vitest";
import type { CatalogueInstance } from "../../src/catalogue/catalogue.ts";
import { readCatalogue } from "../../src/files/read-catalogue.ts";
import { FACTORS } from "../hardware/slips.ts";
import { slowerWithMore, wrongFigures } from "./instance-figures.ts";

const { instances } = readCatalogue(undefined);
const nameOf = ({ provider, instance }: CatalogueInstance): string => `${provider} ${instance}`;

describe("the figures of machine types", () => {
  it("are those of their names and of their GPUs' data sheets", () => {
    const wrong = instances.map((row) => [nameOf(row), wrongFigures(row)] as const);
    expect(wrong.filter(([, figures]) => figures.length > 0)).toEqual([]);
  });

  it("give no type with more GPUs of a kind a slower network", () => {
    expect(slowerWithMore(instances)).toEqual([]);
  });
});

const FIGURES = ["gpus", "gpuMemoryGib", "insideGBytesPerSecond"] as const;

describe("a mistyped figure of a machine type", () => {
  test.each(FIGURES)("is found in %s", (figure) => {
    for (const row of instances) {
      for (const factor of Object.values(FACTORS)) {
        const wrong = { ...row, [figure]: row[figure] * factor };
        expect(wrongFigures(wrong), `${nameOf(row)} ${figure} x ${factor}`).not.toEqual([]);
      }
    }
  });

  test("is found in the network of half of the types when it is ten times too high or low", () => {
    // Nothing says what the network of a type is but its provider: only sisters bound it.
    const caught = instances.flatMap((row, i) =>
      [10, 0.1].map((factor) => {
        const networkGbitsPerSecond = row.networkGbitsPerSecond * factor;
        return slowerWithMore(instances.with(i, { ...row, networkGbitsPerSecond })).length > 0;
      }),
    );
    expect(caught.filter(Boolean).length).toBeGreaterThanOrEqual(0.4 * caught.length);
  });
});
