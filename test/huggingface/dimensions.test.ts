import { describe, expect, it } from "vitest";
import { headWidth } from "../../src/model/attention.ts";
import { EXPERTS, LATENT, LLAMA, layersOf, read, without } from "./configs.ts";

const attentionOf = (config: Parameters<typeof read>[0]) => layersOf(read(config))[0]!.attention;

describe("dimensions of a config.json", () => {
  it("are those of its fields", () => {
    expect(read(LLAMA)).toMatchObject({
      allowedCuts: null,
      maxContextTokens: 4096,
      notes: [],
      architecture: {
        hidden: 64,
        vocab: 1000,
        tiedEmbeddings: false,
        kinds: [
          {
            ffnWidth: 160,
            ffnMatrices: 3,
            experts: 0,
            expertsPerToken: 0,
            sharedFfnWidth: 0,
            attention: {
              kind: "grouped-query",
              heads: 8,
              headDim: 8,
              kvHeads: 2,
              windowTokens: null,
            },
          },
        ],
        kindOf: [0, 0, 0, 0],
        weightFormat: "16bit",
        weightBytes: 2,
        kvBytes: 2,
      },
    });
  });

  it("may be nested under three names, beside other models", () => {
    for (const name of ["text_config", "llm_config", "language_config"]) {
      const nested = read({
        model_type: "wrapper",
        hidden_size: 1,
        vision_config: { hidden_size: 7 },
        [name]: LLAMA,
      });
      expect(nested.architecture).toEqual(read(LLAMA).architecture);
      expect(nested.notes).toEqual([
        "config.json:4, vision_config: only the text model is counted, the vision tower is not.",
      ]);
    }
  });

  it("take as many key/value heads as heads where those are not named", () => {
    expect(attentionOf(without(LLAMA, "num_key_value_heads"))).toMatchObject({ kvHeads: 8 });
  });

  it("take what the family's class takes for fields that are absent or null", () => {
    const mistral = without({ ...LLAMA, model_type: "mistral" }, "num_key_value_heads");
    expect(attentionOf({ ...mistral, num_attention_heads: 16 })).toMatchObject({ kvHeads: 8 });
    const gemma = { model_type: "gemma3_text", hidden_size: 64, num_hidden_layers: 6 };
    expect(
      read({ ...gemma, intermediate_size: 256, num_attention_heads: null, torch_dtype: "float16" }),
    ).toMatchObject({
      maxContextTokens: 131_072,
      architecture: {
        kinds: [{ attention: { heads: 8, headDim: 256 } }, {}],
        vocab: 262_208,
        tiedEmbeddings: true,
      },
    });
  });

  it("take heads of a width of their own", () => {
    expect(attentionOf({ ...LLAMA, head_dim: 32 })).toMatchObject({ headDim: 32 });
  });

  it("do not take head_dim for the width of heads under latent attention", () => {
    const latent = { kvRank: 32, qRank: 48, ropeDim: 16, nopeDim: 24, valueDim: 20 };
    expect(attentionOf(LATENT)).toMatchObject({ kind: "latent", ...latent });
    expect(headWidth(attentionOf(LATENT))).toBe(40);
    expect(attentionOf({ ...LATENT, q_lora_rank: null })).toMatchObject({ qRank: 0 });
  });

  it("tie embedding and LM head as the family does where nothing is said", () => {
    const tied = (config: object) => read({ ...config }).architecture.tiedEmbeddings;
    const silent = without(LLAMA, "tie_word_embeddings");
    expect(tied(silent)).toBe(false);
    expect(tied({ ...silent, model_type: "gemma" })).toBe(true);
    expect(tied({ ...silent, model_type: "gemma", tie_word_embeddings: false })).toBe(false);
    expect(() => read({ tie_word_embeddings: true, text_config: LLAMA })).toThrow(
      "text_config.tie_word_embeddings: it is false for the text model, but true for the whole.",
    );
  });

  it("have two matrices in the feed-forward networks of plain families", () => {
    expect(layersOf(read({ ...LLAMA, model_type: "nemotron" }))[0]!.ffnMatrices).toBe(2);
  });
});

describe("what is missing or makes no sense", () => {
  it.each([
    ["hidden_size", "config.json, hidden_size: it is missing."],
    ["vocab_size", "config.json, vocab_size: it is missing."],
    ["intermediate_size", "config.json, intermediate_size: it is missing."],
    ["model_type", "config.json, model_type: it is missing."],
  ])("is refused with the field's name: %s", (name, message) => {
    expect(() => read(without(LLAMA, name))).toThrow(message);
  });

  it("points at what was meant", () => {
    expect(() => read({ ...without(LLAMA, "vocab_size"), vocab_sizes: 5 })).toThrow(
      "Is vocab_sizes meant?",
    );
  });

  it.each([
    [{ hidden_size: "64" }, 'config.json:3, hidden_size: it is "64". Give a whole number from 1'],
    [{ num_hidden_layers: 0 }, "config.json:4, num_hidden_layers: it is 0."],
    [{ num_attention_heads: [8, 8] }, "config.json:5, num_attention_heads: it is [8,8]."],
    [{ num_key_value_heads: 3 }, "config.json:6, num_key_value_heads: 3 key/value heads do not"],
    [{ num_attention_heads: 6 }, "config.json:5, num_attention_heads: 6 heads do not divide"],
    [
      { tie_word_embeddings: 1 },
      "config.json:10, tie_word_embeddings: it is 1. Give true or false",
    ],
    [{ v_head_dim: 4 }, "v_head_dim: values of 4 elements beside keys of 8 are not modelled."],
    [{ torch_dtype: "float8" }, 'config.json:11, torch_dtype: it is "float8".'],
  ])("is refused with line and field: %j", (changes, message) => {
    const kv = "num_attention_heads" in changes ? { num_key_value_heads: 2 } : {};
    expect(() => read({ ...LLAMA, ...kv, ...changes })).toThrow(message);
  });

  it("is refused inside a nested model with its path", () => {
    expect(() => read({ text_config: { ...LLAMA, vocab_size: -1 } })).toThrow(
      "config.json:9, text_config.vocab_size: it is -1.",
    );
  });

  it("is refused where two names of one thing differ, and accepted where they agree", () => {
    expect(() => read({ ...EXPERTS, num_experts: 8 })).toThrow(
      "num_experts is 8, but n_routed_experts, its other name, is 16. Remove the wrong one.",
    );
    expect(layersOf(read({ ...EXPERTS, num_experts: 16 }))[3]!.experts).toBe(16);
  });

  it("is refused where the model_type is not known, with the nearest one", () => {
    expect(() => read({ ...LLAMA, model_type: "qwen33" })).toThrow(
      'config.json:2, model_type: model_type "qwen33" is not supported: the file does not show how its layers are built. Did you mean "qwen3"?',
    );
    expect(() => read({ ...LLAMA, model_type: "constructor" })).toThrow("is not supported");
  });

  it("is refused where the file is no object", () => {
    expect(() => read([] as never)).toThrow("config.json: it is []. Give a JSON object.");
  });
});
