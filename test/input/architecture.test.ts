import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/input/config/parse-config.ts";
import { buildModel } from "../../src/input/model/model-from-config.ts";
import { headWidth } from "../../src/model/attention.ts";
import { areLayersAlike, knownArchitecture } from "../../src/model/model.ts";
import { layerPlanOf } from "../../src/model/outline.ts";
import { configLine, configText, messageOf } from "./texts.ts";

type Changes = Readonly<Record<string, string | null>>;

const build = (changes: Changes = {}, layers: string | null = null) =>
  buildModel(
    "calibrated",
    parseConfig(configText({ layer_weight_memory_gb: "0.0132", ...changes }), "config.csv"),
    layers === null ? null : { text: layers, fileName: "layers.csv" },
  );
const architecture = (changes: Changes = {}, layers: string | null = null) =>
  build(changes, layers).model.architecture!;

const EXPERTS = { num_experts: "8", experts_per_token: "2" };
const LATENT = {
  kv_lora_rank: "512",
  qk_rope_head_dim: "64",
  qk_nope_head_dim: "128",
  v_head_dim: "128",
};

describe("the architecture of config.csv", () => {
  it("takes the dimensions that every model has, and defaults for the rest", () => {
    expect(architecture()).toEqual({
      hidden: 768,
      vocab: 50257,
      tiedEmbeddings: false,
      kinds: [
        {
          ffnWidth: 3072,
          // 3072 = 4 · 768: a plain network.
          ffnMatrices: 2,
          experts: 0,
          expertsPerToken: 0,
          sharedFfnWidth: 0,
          attention: {
            kind: "grouped-query",
            heads: 12,
            headDim: 64,
            kvHeads: 12,
            windowTokens: null,
          },
        },
      ],
      kindOf: new Array(12).fill(0),
      weightFormat: "16bit",
      weightBytes: 2,
      kvBytes: 2,
      // Sizes as config.csv states them, for whoever stores the problem.
      stated: { bytesPerElement: 2, ffnWidth: 3072, kvHeads: 12, layerGib: 0.0132 },
    });
  });

  it("takes a feed-forward network for gated unless it is four times as wide as the model", () => {
    const matrices = (changes: Changes) => architecture(changes).kinds[0]!.ffnMatrices;
    expect(matrices({ d_hidden: "2048" })).toBe(3);
    expect(matrices({ ffn_matrices: "3" })).toBe(3);
    expect(matrices({ d_hidden: "2048", ffn_matrices: "2" })).toBe(2);
  });

  it("takes heads of a width of their own, which need not divide the model's", () => {
    expect(headWidth(architecture({ head_dim: "128" }).kinds[0]!.attention)).toBe(128);
    expect(architecture({ head_dim: "128", d_model: "770" })).toMatchObject({ hidden: 770 });
    expect(messageOf(() => build({ d_model: "770" }))).toContain("or head_dim where heads");
  });

  it.each([
    ["2", "16bit", 2],
    ["1", "fp8", 1],
    ["0.5", "int4", 0.5625],
    ["0.57", "int4", 0.5625],
  ])("takes %s bytes per element for %s", (bytes_per_element, weightFormat, weightBytes) => {
    expect(architecture({ bytes_per_element })).toMatchObject({ weightFormat, weightBytes });
  });

  it("takes a weight format and its bytes as stated", () => {
    expect(architecture({ weight_format: "nvfp4" })).toMatchObject({ weightBytes: 0.5625 });
    const stated = { weight_format: "int4", weight_bytes_per_parameter: "0.6" };
    expect(architecture(stated)).toMatchObject({ weightFormat: "int4", weightBytes: 0.6 });
  });

  it.each([
    ["auto", 2],
    ["bf16", 2],
    ["fp8", 1],
  ])("keeps the cache of %s in %d bytes", (kv_cache_dtype, kvBytes) => {
    expect(architecture({ kv_cache_dtype }).kvBytes).toBe(kvBytes);
  });

  it("knows experts, shared ones, and dense layers before them", () => {
    const { kinds, kindOf } = architecture({
      ...EXPERTS,
      expert_d_hidden: "512",
      shared_expert_d_hidden: "1024",
      first_dense_layers: "2",
      dense_d_hidden: "4096",
    });
    expect(kindOf).toEqual([0, 0, ...new Array(10).fill(1)]);
    expect(kinds[0]).toMatchObject({ ffnWidth: 4096, experts: 0, sharedFfnWidth: 0 });
    expect(kinds[1]).toMatchObject({
      ffnWidth: 512,
      experts: 8,
      expertsPerToken: 2,
      sharedFfnWidth: 1024,
    });
  });

  it("gives experts and dense layers the width of the model where they have none of their own", () => {
    const { kinds } = architecture({ ...EXPERTS, first_dense_layers: "1" });
    expect(kinds.map(({ ffnWidth }) => ffnWidth)).toEqual([3072, 3072]);
  });

  it("lets every nth layer look back all the way", () => {
    const windows = (changes: Changes) => {
      const { kinds, kindOf } = architecture({ sliding_window: "128", ...changes });
      return kindOf.map((kind) => kinds[kind]!.attention.windowTokens);
    };
    expect(windows({})).toEqual(new Array(12).fill(128));
    expect(windows({ sliding_window_pattern: "2" }).slice(0, 4)).toEqual([128, null, 128, null]);
    expect(windows({ sliding_window_pattern: "6" })).toEqual([
      ...[128, 128, 128, 128, 128, null],
      ...[128, 128, 128, 128, 128, null],
    ]);
  });

  it("knows latent attention, whose heads are as wide as their two parts", () => {
    const attention = (changes: Changes) => architecture(changes).kinds[0]!.attention;
    const plain = attention({ ...LATENT, head_dim: "64" });
    expect(plain).toEqual({
      kind: "latent",
      heads: 12,
      kvRank: 512,
      qRank: 0,
      ropeDim: 64,
      nopeDim: 128,
      valueDim: 128,
      windowTokens: null,
    });
    expect(headWidth(plain)).toBe(192);
    expect(attention({ ...LATENT, q_lora_rank: "1536" })).toMatchObject({ qRank: 1536 });
  });

  it("knows tied embeddings", () => {
    expect(architecture({ tie_word_embeddings: "true" }).tiedEmbeddings).toBe(true);
  });

  it("has ends by its matrices; for the reference model it has what is stated, and nothing else at the ends", () => {
    const plan = layerPlanOf(architecture());
    expect(plan.kinds).toHaveLength(1);
    expect(plan.embeddingGib).toBeCloseTo((50257 * 768 * 2) / 1024 ** 3, 12);
    const { model } = buildModel("reference", parseConfig(configText(), "config.csv"), null);
    expect(layerPlanOf(model.architecture)).toMatchObject({
      kinds: [{ weightGib: 0.5 }],
      embeddingGib: 0,
      lmHeadGib: 0,
    });
    expect(areLayersAlike(model)).toBe(true);
    expect(knownArchitecture(model)).toBeNull();
    expect(areLayersAlike(build().model)).toBe(false);
    expect(knownArchitecture(build().model)).not.toBeNull();
  });

  it("says where a stated size is far from the dimensions", () => {
    expect(build().notes).toEqual([]);
    const { notes } = build({ layer_weight_memory_gb: "0.5", lm_head_memory_gb: "1" });
    expect(notes).toEqual([
      `config.csv:${configLine("layer_weight_memory_gb")}: layer_weight_memory_gb 0.5 is not used by the calibrated cost model: the dimensions give 0.0132 GB a layer at 16bit. If that is wrong, correct the dimensions (see docs/cli.md).`,
      "config.csv:26: lm_head_memory_gb 1 is not used by the calibrated cost model: vocab_size and d_model give 0.0719 GB. If that is wrong, correct the dimensions (see docs/cli.md).",
    ]);
  });
});

describe("an architecture that cannot be", () => {
  const refused: readonly (readonly [string, Changes, string])[] = [
    [
      "experts of which none is chosen",
      { num_experts: "8" },
      "config.csv:26: num_experts is given without experts_per_token. Add a line `experts_per_token,VALUE`, or remove num_experts.",
    ],
    [
      "active experts without experts",
      { experts_per_token: "2" },
      "config.csv:26: experts_per_token is given without num_experts. Add a line `num_experts,VALUE`, or remove experts_per_token.",
    ],
    [
      "more active experts than experts",
      { num_experts: "2", experts_per_token: "3" },
      "config.csv:27: experts_per_token 3 is more than num_experts 2. Give at most 2.",
    ],
    [
      "no layer with experts",
      { ...EXPERTS, first_dense_layers: "12" },
      "config.csv:28: first_dense_layers 12 leaves none of the 12 layers for experts. Give at most 11, or leave num_experts out.",
    ],
    [
      "a width of dense layers that are nowhere",
      { ...EXPERTS, dense_d_hidden: "10" },
      "config.csv:28: dense_d_hidden is given without first_dense_layers. Add a line `first_dense_layers,VALUE`, or remove dense_d_hidden.",
    ],
    [
      "a pattern of no window",
      { sliding_window_pattern: "2" },
      "config.csv:26: sliding_window_pattern is given without sliding_window. Add a line `sliding_window,VALUE`, or remove sliding_window_pattern.",
    ],
    [
      "half a latent attention",
      { kv_lora_rank: "512", qk_rope_head_dim: "64", v_head_dim: "128" },
      "config.csv:26: kv_lora_rank is given without qk_nope_head_dim. Add a line `qk_nope_head_dim,VALUE`, or remove kv_lora_rank.",
    ],
    [
      "bytes of no format",
      { bytes_per_element: "4" },
      `config.csv:${configLine("bytes_per_element")}: bytes_per_element 4 belongs to no weight format: 2 is 16bit, 1 is fp8, 0.5 to 0.57 is int4. Add a line \`weight_format,FORMAT\`: one of 16bit, fp8, nvfp4, mxfp4, int4.`,
    ],
    [
      "an unknown format",
      { weight_format: "fp16" },
      'config.csv:26: weight_format is "fp16"; expected one of 16bit, fp8, nvfp4, mxfp4, int4. Did you mean "fp8"?',
    ],
    [
      "a pattern of every layer",
      { sliding_window: "8", sliding_window_pattern: "1" },
      'config.csv:27: sliding_window_pattern is "1", which is below 2. Give a whole number of layers from 2.',
    ],
  ];

  it.each(refused)("is refused: %s", (_, changes, says) => {
    expect(messageOf(() => build(changes))).toBe(says);
  });
});

describe("layers.csv beside an architecture", () => {
  it("sets widths and KV heads of dense layers, windows, and where stages may end", () => {
    const layers = [
      "first_layer,last_layer,d_hidden,num_kv_heads,attention_window_tokens,cut_after",
      "1,6,1536,,512,no",
      "7,12,,4,,last",
    ].join("\n");
    const { model } = build({}, layers);
    expect(model.architecture?.kinds).toMatchObject([
      { ffnWidth: 1536, attention: { kvHeads: 12, windowTokens: 512 } },
      { ffnWidth: 3072, attention: { kvHeads: 4, windowTokens: null } },
    ]);
    expect(model.architecture?.kindOf).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]);
    expect(model.allowedCuts).toEqual([]);
  });

  it("leaves to config.csv what it has no column for", () => {
    const changes = { ...EXPERTS, sliding_window: "64", sliding_window_pattern: "2" };
    const layers = "first_layer,last_layer,cut_after\n1,12,last\n";
    expect(architecture(changes, layers)).toEqual(architecture(changes));
  });

  it("may say the same as config.csv", () => {
    const changes = { ...EXPERTS, expert_d_hidden: "512", shared_expert_d_hidden: "100" };
    const layers = "first_layer,last_layer,d_hidden\n1,12,1124\n";
    expect(architecture(changes, layers)).toEqual(architecture(changes));
  });

  it.each([
    [
      "another width where there are experts",
      EXPERTS,
      "first_layer,last_layer,d_hidden\n1,12,3072\n",
      "layers.csv:2, column d_hidden: d_hidden 3072 contradicts config.csv, which gives layer 1 6144 elements per token. Make the two agree, or leave the cell empty.",
    ],
    [
      "another window",
      { sliding_window: "64", sliding_window_pattern: "2" },
      "first_layer,last_layer,attention_window_tokens\n1,12,64\n",
      "layers.csv:2, column attention_window_tokens: layer 2 has a different window (one of 64 tokens) from sliding_window in config.csv (none). Make the two agree, or describe windows in one of the two files.",
    ],
    [
      "weights that the dimensions do not give",
      {},
      "first_layer,last_layer,layer_weight_memory_gb\n1,11,0.0132\n12,12,0.1\n",
      "layers.csv:3, column layer_weight_memory_gb: layer_weight_memory_gb 0.1 is far from the 0.0132 GB that the dimensions give layer 12. Describe the layers by the dimensions in config.csv (num_experts, ffn_matrices, weight_format, …), or use --cost-model reference, which takes the weights as stated.",
    ],
  ])("is refused with %s", (_, changes, layers, says) => {
    expect(messageOf(() => build(changes, layers))).toBe(says);
  });
});
