import { describe, expect, it } from "vitest";
import { InputError } from "../../src/errors.ts";
import { unevenHeads } from "../../src/export/limit-checks.ts";
import { readModel } from "../../src/files/read-model.ts";
import { modelOf } from "../../src/huggingface/model-of.ts";
import { huggingFaceModel } from "../../src/huggingface/read-huggingface.ts";

/** A small model with FP8 weights in blocks. */
function config(block: unknown): object {
  return {
    model_type: "llama",
    architectures: ["LlamaForCausalLM"],
    hidden_size: 1024,
    num_hidden_layers: 4,
    num_attention_heads: 8,
    num_key_value_heads: 8,
    intermediate_size: 1536,
    vocab_size: 32_000,
    tie_word_embeddings: false,
    hidden_act: "silu",
    max_position_embeddings: 4096,
    quantization_config: { quant_method: "fp8", weight_block_size: block },
  };
}

const read = (block: unknown) =>
  huggingFaceModel({
    name: "blocks",
    config: { value: config(block), placeOf: (path) => path.join(".") },
  });

describe("FP8 weights in blocks", () => {
  it("cannot be cut within a block", () => {
    const model = modelOf(read([128, 128]));
    expect(model.weightBlock).toBe(128);
    expect(unevenHeads(model, 1)).toBeNull();
    expect(unevenHeads(model, 4)).toBeNull();
    expect(unevenHeads(model, 8)).toBe(
      "a feed-forward network of 1536 elements into whole blocks of 128",
    );
    expect(unevenHeads(modelOf(read(null)), 8)).toBeNull();
  });

  it("of library models: MiniMax M2 takes TP 4, DeepSeek R1 TP 8", () => {
    expect(unevenHeads(modelOf(readModel("minimax-m2")), 4)).toBeNull();
    expect(unevenHeads(modelOf(readModel("minimax-m2")), 8)).toContain("blocks of 128");
    expect(unevenHeads(modelOf(readModel("deepseek-r1")), 8)).toBeNull();
  });

  it("say nothing where another format is served", () => {
    expect(readModel("minimax-m2", { weightFormat: "int4" }).weightBlock).toBeNull();
  });

  it.each([[[128]], ["128"], [[0, 128]], [[128.5, 128]]])("%j is no block", (block) => {
    expect(() => read(block)).toThrow(InputError);
  });
});
