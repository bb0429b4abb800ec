import { describe, expect, it } from "vitest";
import { InputError } from "../../src/errors.ts";
import { readModel } from "../../src/files/read-model.ts";
import { modelOf } from "../../src/huggingface/model-of.ts";
import { huggingFaceModel } from "../../src/huggingface/read-huggingface.ts";
import type { Model } from "../../src/model/model.ts";
import { evaluate } from "../../src/placement/evaluate.ts";
import { type ShapeEngine, shapeBreach } from "../../src/placement/tp-shape.ts";
import { foundingProblem, LLAMA3_70B } from "../support/founding.ts";
import { restated } from "../support/models.ts";
import { placement, stage } from "../support/toy.ts";

/** A small model; what its config.json says besides. */
function read(fields: object): Model {
  const config = {
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
    ...fields,
  };
  return modelOf(
    huggingFaceModel({
      name: "made up",
      config: { value: config, placeOf: (path) => path.join(".") },
    }),
  );
}

const fp8 = (block: unknown, fields: object = {}): Model =>
  read({ quantization_config: { quant_method: "fp8", weight_block_size: block }, ...fields });

const awq = (fields: object = {}, quantization: object = {}): Model =>
  read({
    quantization_config: { quant_method: "awq", bits: 4, group_size: 128, ...quantization },
    ...fields,
  });

const library = (name: string): Model => modelOf(readModel(name));

/** Of some TP degrees those that start. */
function startable(
  model: Model,
  degrees: readonly number[] = [1, 2, 3, 4, 6, 8, 16],
  engine: ShapeEngine = "vllm",
): number[] {
  return degrees.filter((degree) => shapeBreach(model, engine, degree) === null);
}

const dimensionOf = (model: Model, degree: number, engine: ShapeEngine = "vllm") =>
  shapeBreach(model, engine, degree)?.dimension ?? null;

describe("a TP degree", () => {
  it("divides the attention heads: 28 of Qwen2.5-7B", () => {
    const model = library("qwen2.5-7b");
    expect(startable(model)).toEqual([1, 2, 4]);
    expect(shapeBreach(model, "vllm", 8)).toEqual({
      dimension: "attention_heads",
      size: 28,
      words: "does not divide the 28 attention heads",
    });
  });

  it("divides the key/value heads, or they it: each is then kept more than once", () => {
    const heads = (kvHeads: number) =>
      read({
        num_attention_heads: 24,
        num_key_value_heads: kvHeads,
        hidden_size: 3072,
        intermediate_size: 4608,
        vocab_size: 48_000,
      });
    expect(startable(heads(6))).toEqual([1, 2, 3, 6]);
    expect(startable(heads(2))).toEqual([1, 2, 4, 6, 8]);
    expect(dimensionOf(heads(2), 3)).toBe("kv_heads");
    expect(startable(heads(1))).toEqual([1, 2, 3, 4, 6, 8]);
  });

  it("leaves the latent vector of MLA whole", () => {
    expect(startable(library("deepseek-r1"), [1, 2, 4, 8, 16])).toEqual([1, 2, 4, 8, 16]);
  });

  it("divides the width of feed-forward networks and experts", () => {
    expect(dimensionOf(read({ intermediate_size: 1540 }), 8)).toBe("ffn_width");
    expect(dimensionOf(read({ intermediate_size: 1540 }), 4)).toBeNull();
    const experts = (width: number, shared: number): Model => {
      const model = library("qwen3-30b-a3b");
      const { architecture } = model;
      const kinds = architecture.kinds.map((kind) => ({
        ...kind,
        ffnWidth: width,
        sharedFfnWidth: shared,
      }));
      return { ...model, architecture: { ...architecture, kinds } };
    };
    expect(dimensionOf(experts(100, 0), 8)).toBe("expert_width");
    expect(dimensionOf(experts(128, 100), 8)).toBe("shared_expert_width");
    expect(dimensionOf(experts(128, 128), 8)).toBeNull();
  });

  it("counts what a token passes where a model is not given by its matrices", () => {
    const plain: Model = restated(LLAMA3_70B, { dHidden: 28_676 });
    expect(startable(plain, [1, 2, 4, 8])).toEqual([1, 2, 4]);
  });

  it("divides the vocabulary as vLLM and SGLang pad it; TensorRT-LLM pads it to the degree", () => {
    // 151,552 = 64 · 2,368, no multiple of 6.
    const model = read({
      num_attention_heads: 96,
      num_key_value_heads: 96,
      hidden_size: 12_288,
      vocab_size: 151_552,
    });
    expect(dimensionOf(model, 6)).toBe("vocabulary");
    expect(dimensionOf(model, 6, "sglang")).toBe("vocabulary");
    expect(dimensionOf(model, 6, "tensorrt-llm")).toBeNull();
    expect(dimensionOf(model, 6, null)).toBeNull();
    // 151,553 is padded to 151,616.
    expect(
      dimensionOf({ ...model, architecture: { ...model.architecture, vocab: 151_553 } }, 8),
    ).toBeNull();
  });

  it("may be any with llama.cpp, which splits rows unevenly", () => {
    for (const degree of [2, 3, 8]) {
      expect(shapeBreach(library("qwen2.5-7b"), "llama.cpp", degree)).toBeNull();
    }
  });

  it("is always 1", () => {
    for (const engine of ["vllm", "sglang", "tensorrt-llm", null] as const) {
      expect(shapeBreach(awq({ intermediate_size: 1000 }), engine, 1)).toBeNull();
    }
  });
});

describe("weights that share a scale are not parted", () => {
  it("blocks of FP8", () => {
    const model = fp8([128, 128]);
    expect(model.weightGroups).toEqual({
      inputs: 128,
      outputs: 128,
      parts: ["attention", "dense"],
    });
    expect(startable(model, [1, 2, 4])).toEqual([1, 2, 4]);
    expect(shapeBreach(model, "vllm", 8)).toEqual({
      dimension: "weight_group",
      size: 1536,
      words:
        "splits a feed-forward network of 1536 elements into 192, which is not a whole number of blocks of 128 × 128 weights that share a scale",
    });
    expect(startable(fp8(null), [8])).toEqual([8]);
  });

  it("blocks that are no squares: rows are outputs, columns inputs", () => {
    expect(fp8([64, 128]).weightGroups).toMatchObject({ inputs: 128, outputs: 64 });
  });

  it("FP8 of library models: MiniMax M2 takes TP 4, DeepSeek R1 TP 8", () => {
    expect(startable(library("minimax-m2"), [4, 8])).toEqual([4]);
    expect(startable(library("deepseek-r1"), [8])).toEqual([8]);
  });

  it("groups of AWQ, GPTQ and compressed-tensors, in experts of 768 as well", () => {
    const gptq = { quant_method: "gptq", bits: 4, group_size: 128 };
    const tensors = {
      quant_method: "compressed-tensors",
      config_groups: {
        group_0: {
          targets: ["Linear"],
          weights: { num_bits: 4, type: "int", group_size: 128, strategy: "group" },
        },
      },
    };
    for (const quantization of [
      awq(),
      read({ quantization_config: gptq }),
      read({ quantization_config: tensors }),
    ]) {
      expect(quantization.weightGroups).toMatchObject({ inputs: 128, outputs: 1 });
      expect(startable(quantization, [1, 2, 4, 8])).toEqual([1, 2, 4]);
    }
    const experts = {
      ...library("qwen3-30b-a3b"),
      weightGroups: { inputs: 128, outputs: 1, parts: ["experts"] as const },
    };
    expect(startable(experts, [1, 2, 4, 8])).toEqual([1, 2]);
    expect(shapeBreach(experts, "vllm", 4)?.words).toBe(
      "splits experts of 768 elements into 192, which is not a whole number of groups of 128 that share a scale",
    );
  });

  it("of the heads' outputs too: 14 heads of 64 at TP 2 are 448", () => {
    const small = {
      hidden_size: 896,
      num_attention_heads: 14,
      num_key_value_heads: 2,
      intermediate_size: 4864,
    };
    expect(startable(read(small), [1, 2])).toEqual([1, 2]);
    expect(dimensionOf(awq(small), 2)).toBe("weight_group");
    // Attention that is left in 16 bit has no groups.
    expect(startable(awq(small, { modules_to_not_convert: ["self_attn"] }), [1, 2])).toEqual([
      1, 2,
    ]);
  });

  it("have no group where a row has one scale, nor where another format is served", () => {
    expect(awq({}, { group_size: -1 }).weightGroups).toBeUndefined();
    expect(readModel("minimax-m2", { weightFormat: "int4" }).weightGroups).toBeNull();
    expect(readModel("minimax-m2", { weightFormat: "nvfp4" }).weightGroups?.inputs).toBe(16);
    expect(startable(library("gpt-oss-120b"), [1, 2, 4, 8])).toEqual([1, 2, 4, 8]);
  });

  it.each([[[128]], ["128"], [[0, 128]], [[128.5, 128]]])("%j is no block", (block) => {
    expect(() => fp8(block)).toThrow(InputError);
  });
});

describe("an evaluation", () => {
  const model: Model = restated(LLAMA3_70B, { numAttentionHeads: 28, numKvHeads: 4 });
  const rules = {
    maxPipelineStages: 1,
    minLayersPerStage: 1,
    minMemoryUtilization: 0,
    quantizeSegments: false,
  };
  const split = placement([stage("g6e.48xlarge#0", 8, 1, 80)]);

  it("calls such a placement infeasible, with the dimension named", () => {
    expect(evaluate(foundingProblem({ model, rules }), split)).toMatchObject({
      status: "INFEASIBLE",
      error:
        "stage 0 (layers 1-80 on g6e.48xlarge#0, TP 8): TP 8 does not divide the 28 attention heads, so serving engines do not start it.",
      violations: [
        { rule: "tp_shape", stage: 0, dimension: "attention_heads", size: 28, tp_degree: 8 },
      ],
    });
  });

  it("says nothing where any shape is allowed", () => {
    const any = foundingProblem({ model, rules: { ...rules, anyShape: true } });
    expect(evaluate(any, split).status).toBe("SUCCESS");
  });
});
