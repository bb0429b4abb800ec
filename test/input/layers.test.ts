import { describe, expect, it } from "vitest";
import { buildProblem } from "../../src/input/problem/build-problem.ts";
import { areLayersAlike, isAllowedCut, layerCount, type Model } from "../../src/model/model.ts";
import { layerPlanOf, outlineOf } from "../../src/model/outline.ts";
import { evaluate } from "../../src/placement/evaluate.ts";
import { configText, messageOf, problemFiles } from "./texts.ts";

const HEADER =
  "first_layer,last_layer,layer_weight_memory_gb,d_hidden,num_kv_heads,attention_window_tokens,cut_after";

/** The model of a configuration with layers.csv beside it. */
function modelOf(
  rows: readonly string[],
  changes: Readonly<Record<string, string>> = {},
  header: string = HEADER,
): Model {
  const layers = `${[header, ...rows].join("\n")}\n`;
  return buildProblem(problemFiles({ config: configText(changes), layers })).model;
}

const cutsOf = (model: Model): number[] =>
  Array.from({ length: layerCount(model) }, (_, index) => index + 1).filter((layer) =>
    isAllowedCut(model, layer),
  );

describe("layers.csv", () => {
  it("describes dense layers before expert layers, with an embedding and an LM head", () => {
    const model = modelOf(["1,3,1.09,18432,,,no", "4,61,21.6,,,,"], {
      num_decoder_layers: "61",
      d_model: "7168",
      d_hidden: "18432",
      num_attention_heads: "128",
      num_kv_heads: "8",
      layer_weight_memory_gb: "21.6",
      embedding_memory_gb: "1.73",
      lm_head_memory_gb: "1.74",
    });
    const plan = layerPlanOf(model.architecture);
    expect(plan.kinds).toEqual([
      { weightGib: 1.09, dHidden: 18432, numKvHeads: 8, attentionWindowTokens: null },
      { weightGib: 21.6, dHidden: 18432, numKvHeads: 8, attentionWindowTokens: null },
    ]);
    expect(plan.kindOf).toEqual([0, 0, 0, ...new Array(58).fill(1)]);
    expect(plan).toMatchObject({ embeddingGib: 1.73, lmHeadGib: 1.74 });
    expect(cutsOf(model)).toEqual(Array.from({ length: 58 }, (_, index) => index + 4));
    expect(outlineOf(model.architecture).layerWeightGib).toBe(21.6);
  });

  it("knows two kinds of layers in turn as two kinds", () => {
    const rows = Array.from({ length: 12 }, (_, index) =>
      index % 2 === 0 ? `${index + 1},${index + 1},,,,4096,` : `${index + 1},${index + 1},,,,,`,
    );
    const model = modelOf(rows);
    const plan = layerPlanOf(model.architecture);
    expect(plan.kinds.map((kind) => kind.attentionWindowTokens)).toEqual([4096, null]);
    expect(plan.kindOf).toEqual([0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
    expect(model.allowedCuts).toBeNull();
  });

  it("says where a stage may end: after any layer of a run, after none, or after its last", () => {
    const model = modelOf(["1,4,,,,,yes", "5,6,,,,,no", "7,9,,,,,last", "10,12,,,,,NO"]);
    expect(model.allowedCuts).toEqual([1, 2, 3, 4, 9]);
    expect(cutsOf(model)).toEqual([1, 2, 3, 4, 9, 12]);
    expect(cutsOf(modelOf(["1,12,,,,,last"]))).toEqual([12]);
  });

  it("takes what it does not say from config.csv, and may leave columns out", () => {
    const model = modelOf(["1,6", "7,12"], { num_kv_heads: "4" }, "first_layer,last_layer");
    expect(model.allowedCuts).toBeNull();
    expect(layerPlanOf(model.architecture)).toEqual({
      kinds: [{ weightGib: 0.5, dHidden: 3072, numKvHeads: 4, attentionWindowTokens: null }],
      kindOf: new Array(12).fill(0),
      embeddingGib: 0,
      lmHeadGib: 0,
    });
    const other = modelOf(["1,12,512,2"], {}, "first_layer,last_layer,d_hidden,num_kv_heads");
    expect(layerPlanOf(other.architecture).kinds).toEqual([
      { weightGib: 0.5, dHidden: 512, numKvHeads: 2, attentionWindowTokens: null },
    ]);
  });

  it("may list its rows in any order", () => {
    const rows = ["1,3,0.25,,,,", "4,8,,,,1024,no", "9,12,,,,,last"];
    expect(modelOf([...rows].reverse())).toEqual(modelOf(rows));
  });

  it("is not needed for what stands at the ends", () => {
    const build = (changes: Readonly<Record<string, string>>): Model =>
      buildProblem(problemFiles({ config: configText(changes) })).model;
    expect(areLayersAlike(build({}))).toBe(true);
    expect(build({ embedding_memory_gb: "0", lm_head_memory_gb: "0" })).toEqual(build({}));
    expect(layerPlanOf(build({ lm_head_memory_gb: "2" }).architecture)).toEqual({
      kinds: [{ weightGib: 0.5, dHidden: 3072, numKvHeads: 12, attentionWindowTokens: null }],
      kindOf: new Array(12).fill(0),
      embeddingGib: 0,
      lmHeadGib: 2,
    });
  });

  it("bounds the cache of the layers that look back a window only", () => {
    const kvCache = (layers: string | undefined): number => {
      const problem = buildProblem(problemFiles(layers === undefined ? {} : { layers }));
      const evaluation = evaluate(problem, {
        batch_size: 1,
        sequence_length: 128,
        output_length: 32,
        workload_phase: "aggregated",
        stages: [{ gpu_type: "box.2x#0", tp_degree: 1, start_layer: 1, end_layer: 12 }],
      });
      if (evaluation.status !== "SUCCESS") throw new Error(evaluation.error);
      return evaluation.metrics.stages[0]!.memory_kv_cache_gb;
    };
    const windows = Array.from(
      { length: 12 },
      (_, index) => `${index + 1},${index + 1},${index % 2 === 0 ? 64 : ""}`,
    );
    const header = "first_layer,last_layer,attention_window_tokens";
    const ratio = kvCache([header, ...windows].join("\n")) / kvCache(undefined);
    expect(ratio).toBeCloseTo((6 * 64 + 6 * 160) / (12 * 160), 12);
  });

  it("decides what evaluate says: memory, and where stages may end", () => {
    const config = configText({ embedding_memory_gb: "1", max_pipeline_stages: "12" });
    const layers = `${HEADER}\n1,3,2,,,,no\n4,12,,,,,\n`;
    const problem = buildProblem(problemFiles({ config, layers }));
    const evaluateCut = (cut: number) =>
      evaluate(problem, {
        batch_size: 1,
        sequence_length: 8,
        output_length: 8,
        workload_phase: "aggregated",
        stages: [
          { gpu_type: "box.2x#0", tp_degree: 1, start_layer: 1, end_layer: cut },
          { gpu_type: "box.2x#0", tp_degree: 1, start_layer: cut + 1, end_layer: 12 },
        ],
      });
    const refused = evaluateCut(2);
    expect(refused.status === "INFEASIBLE" && refused.violations[0]!.rule).toBe("cut_not_allowed");
    const kept = evaluateCut(4);
    if (kept.status !== "SUCCESS") throw new Error(kept.error);
    expect(kept.metrics.stages.map((stage) => stage.memory_weights_gb)).toEqual([
      1 + 3 * 2 + 0.5,
      8 * 0.5,
    ]);
  });
});

describe("a bad layers.csv is refused with its line", () => {
  const bad: readonly (readonly [name: string, text: string, ...says: string[]])[] = [
    ["an empty file", "", "layers.csv:1: the file is empty."],
    [
      "a header alone",
      HEADER,
      "layers.csv:1: layers 1-12 are in no row; the model has 12 (num_decoder_layers).",
    ],
    [
      "an unknown column",
      "first_layer,last_layer,d_hiden\n1,12,8\n",
      'layers.csv:1: unknown column "d_hiden". Did you mean "d_hidden"?',
    ],
    [
      "a missing column",
      "first_layer,d_hidden\n1,8\n",
      "layers.csv:1: the header lacks the column last_layer.",
    ],
    ["a column twice", "first_layer,last_layer,last_layer\n1,12,12\n", "occurs twice"],
    ["a short row", `${HEADER}\n1,12\n`, "layers.csv:2: the row has 2 cells"],
    [
      "a gap",
      `${HEADER}\n1,4,,,,,\n\n7,12,,,,,\n`,
      "layers.csv:4: layers 5-6 are in no row before the run that begins at layer 7. Describe every layer once.",
    ],
    ["a gap of one", `${HEADER}\n2,12,,,,,\n`, "layers.csv:2: layer 1 is in no row"],
    [
      "a gap at the end",
      `${HEADER}\n1,11,,,,,\n`,
      "layers.csv:2: layer 12 is in no row; the model has 12",
    ],
    [
      "an overlap",
      `${HEADER}\n1,6,,,,,\n6,12,,,,,\n`,
      "layers.csv:3: layer 6 is already described in line 2 (layers 1-6).",
    ],
    [
      "an overlap in another order",
      `${HEADER}\n5,12,,,,,\n1,6,,,,,\n`,
      "layers.csv:2: layer 5 is already described in line 3 (layers 1-6).",
    ],
    [
      "a row twice",
      `${HEADER}\n1,12,,,,,\n1,12,,,,,\n`,
      "layers.csv:3: layer 1 is already described in line 2",
    ],
    [
      "a layer beyond the model",
      `${HEADER}\n1,13,,,,,\n`,
      "layers.csv:2, column last_layer: layer 13 is beyond the model, which has 12 (num_decoder_layers).",
      "up to 12",
    ],
    [
      "a run that ends before it begins",
      `${HEADER}\n4,3,,,,,\n`,
      "layers.csv:2, column last_layer: the run ends at layer 3, before it begins at layer 4.",
    ],
    [
      "layer 0",
      `${HEADER}\n0,12,,,,,\n`,
      'column first_layer: first_layer is "0", which is below 1',
    ],
    ["half a layer", `${HEADER}\n1,11.5,,,,,\n`, "column last_layer", "not a whole number"],
    ["no first layer", `${HEADER}\n,12,,,,,\n`, "layers.csv:2, column first_layer", "is empty"],
    [
      "a negative weight",
      `${HEADER}\n1,12,-1,,,,\n`,
      'layers.csv:2, column layer_weight_memory_gb: layer_weight_memory_gb is "-1", which is not above 0. Give a number of GB above 0.',
    ],
    ["a weight of nothing", `${HEADER}\n1,12,0,,,,\n`, "not above 0"],
    ["a weight with its unit", `${HEADER}\n1,12,2 GB,,,,\n`, "not a decimal number"],
    ["a width of nothing", `${HEADER}\n1,12,,0,,,\n`, "column d_hidden", "below 1", "elements"],
    [
      "heads that do not divide",
      `${HEADER}\n1,12,,,5,,\n`,
      "layers.csv:2, column num_kv_heads: num_kv_heads 5 does not divide num_attention_heads 12 (config.csv).",
    ],
    ["a window of nothing", `${HEADER}\n1,12,,,,0,\n`, "attention_window_tokens", "tokens from 1"],
    [
      "a word that is no cut",
      `${HEADER}\n1,12,,,,,lst\n`,
      'layers.csv:2, column cut_after: "lst" is not a place where a stage may end. Did you mean "last"?',
    ],
  ];

  it.each(bad)("%s", (_name, text, ...says) => {
    const message = messageOf(() => buildProblem(problemFiles({ layers: text })));
    for (const part of says) expect(message).toContain(part);
    expect(message).toMatch(/^layers\.csv:\d+.*: .*[.?] [A-Z].*[.?]$/su);
  });

  it("and so are weights at the ends that are none", () => {
    for (const key of ["embedding_memory_gb", "lm_head_memory_gb"]) {
      const config = configText({ [key]: "-1" });
      expect(messageOf(() => buildProblem(problemFiles({ config })))).toMatch(
        new RegExp(`^config\\.csv:\\d+: ${key} is "-1", which is below 0\\. Give a number of GB`),
      );
    }
  });
});
