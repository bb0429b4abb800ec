import { describe, expect, it } from "vitest";
import { type Config, EXPERTS, LATENT, LLAMA, read } from "./configs.ts";

const total = (config: Config): number => read(config).parameters.total;

/** What tensors of a small Llama have: 4 layers of 64, 8 heads of 8, 2 key/value heads. */
const ENDS = 2 * 1000 * 64;
const LAYER = 64 * 64 + 2 * 64 * 16 + 64 * 64 + 3 * 64 * 160 + 2 * 64;

describe("parameters", () => {
  it("are counted to the last one", () => {
    expect(read(LLAMA).parameters).toEqual({
      total: ENDS + 4 * LAYER + 64,
      active: ENDS + 4 * LAYER + 64,
    });
  });

  it("count an embedding that is the LM head once", () => {
    expect(total(LLAMA) - total({ ...LLAMA, tie_word_embeddings: true })).toBe(64 * 1000);
  });

  it("count biases where the family has them or the file says so", () => {
    const more = (config: Config) => total(config) - total(LLAMA);
    expect(more({ ...LLAMA, attention_bias: true })).toBe(4 * (64 + 2 * 16 + 64));
    expect(more({ ...LLAMA, mlp_bias: true })).toBe(4 * (2 * 160 + 64));
    expect(more({ ...LLAMA, model_type: "qwen2" })).toBe(4 * (64 + 2 * 16));
    expect(more({ ...LLAMA, model_type: "qwen3", head_dim: 8 })).toBe(4 * 2 * 8);
    expect(more({ ...LLAMA, model_type: "olmo2" })).toBe(4 * (8 + 2) * 8);
    expect(more({ ...LLAMA, model_type: "glm4", head_dim: 8 })).toBe(4 * 2 * 64);
  });

  it("count experts, shared ones, router and its bias; active are those that a token passes", () => {
    const attention = 64 * 64 + 2 * 64 * 16 + 64 * 64 + 2 * 64;
    const expert = 3 * 64 * 32;
    const sparse = attention + 16 * expert + 2 * expert + 16 * 64 + 16;
    const all = ENDS + 64 + attention + 3 * 64 * 160 + 3 * sparse;
    expect(read(EXPERTS).parameters).toEqual({ total: all, active: all - 3 * 12 * expert });
  });

  it("count the matrices of latent attention and the norms of its vectors", () => {
    const plain = 64 * 64 + 2 * 64 * 64 + 64 * 64;
    const latent =
      64 * 48 + 48 * 8 * 40 + 64 * (32 + 16) + 32 * 8 * (24 + 20) + 8 * 20 * 64 + 48 + 32;
    const same = { ...EXPERTS, num_key_value_heads: 8 };
    expect(total(LATENT) - total(same)).toBe(4 * (latent - plain));
    expect(total({ ...LATENT, q_lora_rank: null }) - total(same)).toBe(
      4 * (latent - 64 * 48 - 48 * 8 * 40 - 48 + 64 * 8 * 40 - plain),
    );
  });

  it("count the sinks and the biases of gpt-oss", () => {
    const config = {
      ...LLAMA,
      model_type: "gpt_oss",
      head_dim: 8,
      num_local_experts: 4,
      num_experts_per_tok: 2,
    };
    const layer =
      (64 + 1) * 64 +
      2 * (64 + 1) * 16 +
      (64 + 1) * 64 +
      8 +
      2 * 64 +
      4 * (3 * 64 * 160 + 2 * 160 + 64) +
      4 * 64 +
      4;
    expect(total(config)).toBe(ENDS + 64 + 4 * layer);
  });
});
