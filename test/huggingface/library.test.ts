import { describe, expect, it } from "vitest";
import { isLibraryModel, readLibrary, readModel } from "../../src/files/read-model.ts";
import { kvBytesPerToken } from "../../src/huggingface/kv-bytes.ts";
import { libraryEntry } from "../../src/huggingface/library.ts";
import { modelOf } from "../../src/huggingface/model-of.ts";
import { jsonFile } from "../../src/input/text/json-file.ts";
import type { WeightFormat } from "../../src/model/architecture.ts";
import { checkModel } from "../../src/model/model.ts";
import { layerPlanOf } from "../../src/model/outline.ts";
import { LLAMA } from "./configs.ts";

const library = readLibrary();
const named = (name: string) => library.find(({ entry }) => entry.name === name)!.model;

describe("the library", () => {
  it("has the models that people serve", () => {
    expect(library.length).toBeGreaterThanOrEqual(30);
    const types = new Set(library.map(({ model }) => model.architecture.weightFormat));
    expect([...types].sort()).toEqual(["16bit", "fp8", "int4", "mxfp4"]);
  });

  it.each(library.map(({ entry, model }) => [entry.name, entry, model] as const))(
    "has the published parameters: %s",
    (_, { publishedParameters: published }, { parameters, architecture }) => {
      expect(Math.abs(parameters.total / published.total - 1)).toBeLessThan(0.01);
      if (published.active === null) return;
      const end = architecture.vocab * architecture.hidden;
      const notCounted = { all: 0, "without embedding": end, layers: 2 * end };
      const active = parameters.active - notCounted[published.activeCounts];
      expect(Math.abs(active / published.active - 1)).toBeLessThan(0.03);
    },
  );

  it.each(library.map(({ entry, model }) => [entry.name, model] as const))(
    "gives the cost models a model that is whole: %s",
    (_, model) => {
      const built = modelOf(model);
      checkModel(built);
      expect(built).toMatchObject({
        architecture: model.architecture,
        allowedCuts: model.allowedCuts,
      });
      const { kinds, kindOf, embeddingGib, lmHeadGib } = layerPlanOf(model.architecture);
      const gib = kindOf.reduce(
        (sum, kind) => sum + kinds[kind]!.weightGib,
        embeddingGib + lmHeadGib,
      );
      // What the plan leaves out (norms, biases, router) is less than 1 %; a tied end is in it twice.
      const { total } = model.parameters;
      const { weightFormat, vocab, hidden, tiedEmbeddings } = model.architecture;
      if (weightFormat === "16bit") {
        const parameters = total + (tiedEmbeddings ? vocab * hidden : 0);
        expect(Math.abs((gib * 1024 ** 3) / 2 / parameters - 1)).toBeLessThan(0.01);
      }
    },
  );

  it("knows the cache of its models", () => {
    const bytes = (name: string) => kvBytesPerToken(named(name).architecture);
    // 2 · 8 · 128 elements of 2 bytes in 40 layers; 512 + 64 in 61.
    expect(bytes("mistral-small-3.2-24b")).toEqual({ recent: 163_840, old: 163_840 });
    expect(bytes("deepseek-v3")).toEqual({ recent: 70_272, old: 70_272 });
    // Every second layer has a window of 128 tokens.
    expect(bytes("gpt-oss-20b")).toEqual({ recent: 49_152, old: 24_576 });
    expect(bytes("gemma-3-27b").old).toBe(10 * 2 * 16 * 128 * 2);
  });

  it("has each model under one name and one repository", () => {
    for (const key of ["name", "repository"] as const) {
      const all = library.map(({ entry }) => entry[key].toLowerCase());
      expect(new Set(all).size).toBe(all.length);
    }
    for (const { entry } of library) {
      expect(entry.source).toContain(`https://huggingface.co/${entry.repository}/`);
      expect(readModel(entry.name).name).toBe(entry.name);
    }
  });

  it("knows who else publishes a format, and where; the model's own repository comes first", () => {
    const others = library.flatMap(({ entry }) =>
      Object.entries(entry.quantised).map(([format, { repository, source }]) => {
        expect(source).toContain(`https://huggingface.co/${repository}`);
        const model = readModel(entry.name, { weightFormat: format as WeightFormat });
        expect(model).toMatchObject({ checkpoint: null, quantisedCheckpoint: repository });
        expect(modelOf(model).quantisedCheckpoint).toBe(repository);
        return entry.name;
      }),
    );
    expect(others).toContain("llama-3.3-70b");
    expect(readModel("llama-3.3-70b").quantisedCheckpoint).toBeNull();
    expect(readModel("llama-3.3-70b", { weightFormat: "int4" }).quantisedCheckpoint).toBeNull();
    expect(readModel("deepseek-v3").quantisedCheckpoint).toBeNull();
  });

  it.each([
    [[], "quantised"],
    [{ fp9: {} }, "quantised.fp9"],
    [{ fp8: { repository: "no owner", source: "x" } }, "quantised.fp8.repository"],
    [{ fp8: { repository: "a/b", source: " " } }, "quantised.fp8.source"],
  ])("refuses %j", (quantised, place) => {
    const text = JSON.stringify({
      name: "x",
      repository: "a/b",
      source: "x",
      checkedOn: "2026-01-01",
      publishedParameters: { total: 1 },
      quantised,
    });
    expect(() => libraryEntry(jsonFile({ text, fileName: "x.json" }))).toThrow(place);
  });

  it("is found by name and by repository, letter case ignored", () => {
    const { model } = library.find(({ entry }) => entry.name === "llama-3.3-70b")!;
    expect(readModel("LLAMA-3.3-70B")).toEqual(model);
    expect(readModel("meta-llama/llama-3.3-70b-INSTRUCT")).toEqual(model);
    expect(readModel("llama-3.3-70b", { weightFormat: "fp8" }).architecture.weightBytes).toBe(1);
    expect(isLibraryModel("llama-3.3-70b")).toBe(true);
    expect(isLibraryModel("no/where")).toBe(false);
  });
});

describe("a file of the library", () => {
  const entry = {
    name: "a-model",
    repository: "owner/A-Model",
    publishedParameters: { total: 1e6 },
    source: "somewhere",
    checkedOn: "2026-11-24",
    config: LLAMA,
  };
  const parse = (changes: object) =>
    libraryEntry(jsonFile({ text: JSON.stringify({ ...entry, ...changes }), fileName: "a.json" }));

  it("takes all active parameters for granted where nothing is said", () => {
    expect(parse({}).publishedParameters).toEqual({
      total: 1e6,
      active: null,
      activeCounts: "all",
    });
  });

  it.each<[object, string]>([
    [{ name: "A Model" }, 'a.json:1, name: it is "A Model". Give a name of small letters'],
    [{ repository: "A-Model" }, 'a.json:1, repository: it is "A-Model". Give owner/name'],
    [{ source: "" }, 'source: it is "".'],
    [{ checkedOn: "yesterday" }, 'checkedOn: it is "yesterday". Give a day as YYYY-MM-DD.'],
    [{ publishedParameters: 7 }, "publishedParameters: it is 7."],
    [{ publishedParameters: { total: "7B" } }, 'publishedParameters.total: it is "7B".'],
    [{ publishedParameters: { total: 7, active: 8 } }, "publishedParameters.active: it is 8."],
    [{ publishedParameters: { total: 7, activeCounts: "some" } }, 'activeCounts: it is "some".'],
  ])("is refused with the field's name: %j", (changes, message) => {
    expect(() => parse(changes)).toThrow(message);
  });
});
