import { describe, expect, it } from "vitest";
import { type Config, EXPERTS, LLAMA, layersOf, read, without } from "./configs.ts";

const QWEN_MOE: Config = {
  ...LLAMA,
  model_type: "qwen3_moe",
  num_experts: 16,
  num_experts_per_tok: 4,
  moe_intermediate_size: 32,
};
const experts = (config: Config): number[] => layersOf(read(config)).map((layer) => layer.experts);
const windows = (config: Config): (number | null)[] =>
  layersOf(read(config)).map((layer) => layer.attention.windowTokens);

describe("layers with experts", () => {
  it("go by three names, and so does what a token passes", () => {
    const bare = without(QWEN_MOE, "num_experts", "num_experts_per_tok");
    for (const name of ["n_routed_experts", "num_local_experts", "num_experts"]) {
      for (const each of ["num_experts_per_tok", "experts_per_token", "top_k_experts"]) {
        expect(layersOf(read({ ...bare, [name]: 16, [each]: 4 }))[0]).toMatchObject({
          experts: 16,
          expertsPerToken: 4,
          ffnWidth: 32,
        });
      }
    }
  });

  it("have intermediate_size for the width of one expert where the family means that", () => {
    const mixtral = {
      ...LLAMA,
      model_type: "mixtral",
      num_local_experts: 8,
      num_experts_per_tok: 2,
    };
    expect(layersOf(read(mixtral))[0]).toMatchObject({ experts: 8, ffnWidth: 160 });
    expect(() => read(without(QWEN_MOE, "moe_intermediate_size"))).toThrow(
      "config.json, moe_intermediate_size: it is missing: the width of one expert.",
    );
  });

  it("share experts by number or by width", () => {
    const shared = (changes: Config) =>
      layersOf(read({ ...EXPERTS, ...changes }))[3]!.sharedFfnWidth;
    expect(shared({})).toBe(2 * 32);
    expect(shared({ n_shared_experts: null })).toBe(0);
    expect(shared({ n_shared_experts: null, shared_expert_intermediate_size: 48 })).toBe(48);
    expect(shared({ moe_shared_expert_intermediate_size: 48 })).toBe(2 * 48);
  });

  it("come after dense ones, every nth, or but for some", () => {
    expect(experts({ ...EXPERTS, first_k_dense_replace: 2 })).toEqual([0, 0, 16, 16]);
    expect(experts({ ...EXPERTS, first_k_dense_replace: 0, moe_layer_freq: 2 })).toEqual([
      16, 0, 16, 0,
    ]);
    expect(experts({ ...EXPERTS, moe_layer_freq: [0, 0, 1, 0] })).toEqual([0, 0, 16, 0]);
    expect(experts({ ...QWEN_MOE, decoder_sparse_step: 2 })).toEqual([0, 16, 0, 16]);
    expect(experts({ ...QWEN_MOE, mlp_only_layers: [3] })).toEqual([16, 16, 16, 0]);
    const kinds = ["dense", "sparse", "sparse", "dense"];
    expect(experts({ ...QWEN_MOE, mlp_layer_types: kinds })).toEqual([0, 16, 16, 0]);
    expect(experts({ ...QWEN_MOE, num_experts: 0 })).toEqual([0, 0, 0, 0]);
  });

  it("give dense layers the width of dense ones", () => {
    expect(layersOf(read(EXPERTS)).map(({ ffnWidth }) => ffnWidth)).toEqual([160, 32, 32, 32]);
  });

  it("alternate in Llama 4, whose dense width has a name of its own", () => {
    const layers = layersOf(
      read({
        ...LLAMA,
        model_type: "llama4_text",
        num_local_experts: 16,
        num_experts_per_tok: 1,
        interleave_moe_layer_step: 2,
        intermediate_size_mlp: 320,
      }),
    );
    expect(
      layers.map(({ ffnWidth, experts, sharedFfnWidth }) => [ffnWidth, experts, sharedFfnWidth]),
    ).toEqual([
      [320, 0, 0],
      [160, 16, 160],
      [320, 0, 0],
      [160, 16, 160],
    ]);
  });

  it.each([
    [{ num_experts_per_tok: 17 }, "17 experts for each token are more than the 16 there are."],
    [{ num_experts_per_tok: null }, "num_experts_per_tok: it is missing, with 16 experts."],
    [{ moe_layer_freq: [1, 0] }, "moe_layer_freq: it lists 2 layers, num_hidden_layers is 4."],
    [{ moe_layer_freq: [1, 0, 2, 1] }, "moe_layer_freq: it is [1,0,2,1]. Give a list of 0 and 1."],
    [{ mlp_only_layers: "3" }, 'mlp_only_layers: it is "3". Give a list of layer numbers.'],
    [{ mlp_layer_types: ["a", "b", "c", "d"] }, 'mlp_layer_types: it is "a".'],
  ])("are refused with the field's name: %j", (changes, message) => {
    expect(() => read({ ...EXPERTS, ...changes })).toThrow(message);
  });
});

describe("windows", () => {
  const WINDOW = { sliding_window: 128 };

  it("are in the layers that layer_types lists", () => {
    const layer_types = ["full_attention", "sliding_attention", "full_attention", "full_attention"];
    expect(windows({ ...LLAMA, ...WINDOW, layer_types })).toEqual([null, 128, null, null]);
    expect(() => read({ ...LLAMA, layer_types })).toThrow("sliding_window: it is missing.");
    expect(() => read({ ...LLAMA, layer_types: layer_types.slice(1) })).toThrow(
      "layer_types: it lists 3 layers, num_hidden_layers is 4.",
    );
  });

  it("are in the layers of the family's rule where nothing is listed", () => {
    const of = (model_type: string, changes: Config = {}) =>
      windows({ ...LLAMA, ...WINDOW, model_type, ...changes });
    expect(of("mistral")).toEqual([128, 128, 128, 128]);
    expect(of("gemma2")).toEqual([128, null, 128, null]);
    expect(of("cohere2")).toEqual([128, 128, 128, null]);
    expect(of("gemma3_text", { sliding_window_pattern: 2 })).toEqual([128, null, 128, null]);
  });

  it("are off in Qwen unless they are switched on, and then above a layer", () => {
    const qwen = { ...LLAMA, ...WINDOW, model_type: "qwen2", max_window_layers: 3 };
    expect(windows(qwen)).toEqual([null, null, null, null]);
    expect(windows({ ...qwen, use_sliding_window: false })).toEqual([null, null, null, null]);
    expect(windows({ ...qwen, use_sliding_window: true })).toEqual([null, null, null, 128]);
    expect(() => read({ ...without(qwen, "max_window_layers"), use_sliding_window: true })).toThrow(
      "max_window_layers: it is missing: which layers have the sliding_window of 128 tokens is not given.",
    );
  });

  it("are chunks in Llama 4, but for layers without rotary embedding", () => {
    const llama4 = {
      ...LLAMA,
      model_type: "llama4_text",
      num_local_experts: 2,
      num_experts_per_tok: 1,
      attention_chunk_size: 512,
    };
    expect(windows(llama4)).toEqual([512, 512, 512, null]);
    expect(windows({ ...llama4, no_rope_layers: [] })).toEqual([512, 512, 512, null]);
    expect(windows({ ...llama4, no_rope_layers: [1, 0, 1, 0] })).toEqual([512, null, 512, null]);
    expect(read(llama4).notes).toEqual([
      expect.stringContaining("attention in chunks of 512 tokens"),
    ]);
  });

  it("are none where they are as long as the longest context", () => {
    expect(windows({ ...LLAMA, model_type: "phi3", sliding_window: 4096 })).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect(windows({ ...LLAMA, model_type: "mistral", sliding_window: null })).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  it("are refused where the family has none: no rule says which layers have them", () => {
    expect(() => read({ ...LLAMA, ...WINDOW })).toThrow("config.json, layer_types: it is missing");
  });
});

describe("what is not modelled", () => {
  it.each<[Config, string]>([
    [{ index_topk: 2048 }, "index_topk: it means sparse attention"],
    [{ compress_ratios: [4, 128] }, "compress_ratios: it means attention over compressed"],
    [{ linear_num_value_heads: 32 }, "linear_num_value_heads: it means layers of linear"],
    [{ full_attention_interval: 4 }, "full_attention_interval: it means layers of linear"],
    [{ attn_type_list: [0, 0, 0, 1] }, "attn_type_list: it means layers of linear attention"],
    [{ mamba_num_heads: 128 }, "mamba_num_heads: it means recurrent layers (Mamba)"],
    [{ hybrid_override_pattern: "M-M*" }, "hybrid_override_pattern: it means layers whose kinds"],
    [{ block_configs: [{}] }, "block_configs: it means layers whose kinds"],
    [{ num_kv_shared_layers: 2 }, "num_kv_shared_layers: it means layers that use the KV cache"],
    [{ cross_attention_layers: [3] }, "cross_attention_layers: it means"],
    [{ swa_num_key_value_heads: 8 }, "swa_num_key_value_heads: it means layers with other heads"],
    [{ is_encoder_decoder: true }, "is_encoder_decoder: it means an encoder"],
  ])("is refused with line and field, before an unknown model_type is: %j", (changes, message) => {
    const config = { ...LLAMA, model_type: "unheard_of", ...changes };
    expect(() => read(config)).toThrow(`config.json:12, ${message}`);
    expect(() => read({ text_config: config })).toThrow(`config.json:13, text_config.${message}`);
  });

  it("is accepted where its value says that it is not there", () => {
    const off = {
      index_topk: null,
      is_encoder_decoder: false,
      num_kv_shared_layers: 0,
      cross_attention_layers: [],
      attn_type_list: [1, 1, 1, 1],
    };
    expect(read({ ...LLAMA, ...off }).architecture).toEqual(read(LLAMA).architecture);
  });

  it("is refused where layer_types names it", () => {
    const layer_types = ["linear_attention", "full_attention", "full_attention", "full_attention"];
    expect(() => read({ ...LLAMA, layer_types })).toThrow(
      "layer_types: it names layers of linear_attention, which is not modelled.",
    );
  });

  it("is a note where it is only not served", () => {
    expect(read({ ...EXPERTS, num_nextn_predict_layers: 1 }).notes).toEqual([
      "config.json:18, num_nextn_predict_layers: the layers that predict further tokens (MTP) are not served and not counted.",
    ]);
    expect(read({ ...EXPERTS, num_nextn_predict_layers: 0 }).notes).toEqual([]);
  });
});
