import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { layerMatrices } from "../../src/huggingface/layer-matrices.ts";
import { modelOf, whyNotReference } from "../../src/huggingface/model-of.ts";
import { layerPlanOf, outlineOf } from "../../src/model/outline.ts";
import { type Config, EXPERTS, LATENT, LLAMA, read } from "./configs.ts";

const GIB = 1024 ** 3;
const FP8 = { quant_method: "fp8", weight_block_size: [128, 128] };
const INT4 = { num_bits: 4, type: "int", group_size: 32, symmetric: true };

/** A quantization_config of compressed-tensors. */
const compressed = (weights: Config, more: Config = {}, targets: unknown = ["Linear"]) => ({
  quant_method: "compressed-tensors",
  config_groups: { group_0: { weights, targets } },
  ...more,
});
const quantised = (quantization_config: unknown, config: Config = LLAMA) =>
  read({ ...config, quantization_config });
const formatOf = (quantization: unknown, config: Config = LLAMA) => {
  const { weightFormat, weightBytes } = quantised(quantization, config).architecture;
  return [weightFormat, weightBytes];
};

describe("formats of weights", () => {
  it("are 16 bit without quantisation, whatever weights were saved as", () => {
    const { notes, architecture } = read({ ...LLAMA, torch_dtype: "float32" });
    expect(architecture.weightFormat).toBe("16bit");
    expect(notes).toEqual([
      "config.json:11, torch_dtype: weights saved as float32 are served in 16 bit.",
    ]);
    expect(read({ ...LLAMA, torch_dtype: null, dtype: "bfloat16" }).notes).toEqual([]);
    expect(read({ ...LLAMA, torch_dtype: null }).notes).toEqual([
      "config.json:11, torch_dtype: it is missing; weights are taken as 16 bit.",
    ]);
  });

  it.each<[string, unknown, (string | number)[]]>([
    ["DeepSeek's FP8", FP8, ["fp8", 1]],
    ["FBGEMM's FP8", { quant_method: "fbgemm_fp8" }, ["fp8", 1]],
    ["compressed FP8", compressed({ num_bits: 8, type: "float" }), ["fp8", 1]],
    [
      "compressed NVFP4",
      compressed({ num_bits: 4, type: "float", group_size: 16 }),
      ["nvfp4", 0.5625],
    ],
    ["compressed INT4", compressed(INT4), ["int4", 0.5625]],
    ["ModelOpt's NVFP4", { quant_method: "modelopt", quant_algo: "NVFP4" }, ["nvfp4", 0.5625]],
    ["ModelOpt's FP8", { quant_method: "modelopt", quant_algo: "FP8" }, ["fp8", 1]],
    ["AWQ", { quant_method: "awq", bits: 4, group_size: 128 }, ["int4", 0.5 + 2.5 / 128]],
    ["GPTQ of whole rows", { quant_method: "gptq", bits: 4, group_size: -1 }, ["int4", 0.5]],
  ])("are read from quantization_config: %s", (_, quantization, expected) => {
    expect(formatOf(quantization)).toEqual(expected);
  });

  it("are MXFP4 on experts only", () => {
    const gptOss = {
      quant_method: "mxfp4",
      modules_to_not_convert: ["model.layers.*.self_attn", "model.layers.*.mlp.router", "lm_head"],
    };
    const config = { ...EXPERTS, n_shared_experts: null, first_k_dense_replace: 0 };
    const { architecture } = quantised(gptOss, config);
    expect([architecture.weightFormat, architecture.weightBytes]).toEqual(["mxfp4", 0.53125]);
    expect(() => quantised({ quant_method: "mxfp4" }, config)).toThrow(
      "mxfp4 is modelled only if all experts have it and nothing else does.",
    );
  });

  it("are read from hf_quant_config.json, which has to agree with the other file", () => {
    const quantConfig = {
      producer: { name: "modelopt" },
      quantization: {
        quant_algo: "NVFP4",
        kv_cache_quant_algo: "FP8",
        exclude_modules: ["lm_head"],
      },
    };
    expect(read(LLAMA, { quantConfig }).architecture).toMatchObject({
      weightFormat: "nvfp4",
      kvBytes: 1,
    });
    const nvfp4 = { quant_method: "modelopt", quant_algo: "NVFP4" };
    const both = read({ ...LLAMA, quantization_config: nvfp4 }, { quantConfig });
    expect(both.architecture).toMatchObject({ weightFormat: "nvfp4", kvBytes: 1 });
    expect(() => read({ ...LLAMA, quantization_config: FP8 }, { quantConfig })).toThrow(
      "config.json:12, quantization_config: it gives fp8, but hf_quant_config.json:8, quantization.exclude_modules gives nvfp4.",
    );
  });

  it.each<[unknown, string]>([
    [{}, "quantization_config.quant_method: it is missing."],
    [{ quant_method: "bitsandbytes" }, '"bitsandbytes" is not known. Known: fp8,'],
    [{ quant_method: "gptq", bits: 8 }, "bits: integer weights of 8 bits are not modelled."],
    [
      { quant_method: "gptq", bits: 4, dynamic: { "-:x": {} } },
      "dynamic: bits that differ by module",
    ],
    [{ quant_method: "awq", bits: 4, group_size: 0 }, "group_size: it is 0."],
    [
      { quant_method: "modelopt", quant_algo: "MIXED_PRECISION" },
      '"MIXED_PRECISION" is not modelled.',
    ],
    [{ quant_method: "modelopt" }, "quant_algo: it is missing."],
    [compressed({ num_bits: 8, type: "int" }), "integer weights of 8 bits are not modelled."],
    [
      compressed({ num_bits: 2, type: "float" }),
      'weights of 2 bits of type "float" are not modelled.',
    ],
    [compressed(INT4, {}, "Linear"), 'config_groups: it is "Linear".'],
    [{ ...FP8, ignored_layers: [3] }, "ignored_layers: it is [3]. Give a list of module names."],
    [compressed(INT4, { ignore: ["re:("] }), 'ignore: "re:(" is not a regular expression'],
    [{ ...FP8, ignored_layers: ["model.layers.0.mlp.experts.7.w1"] }, "names a single expert."],
    [
      {
        quant_method: "compressed-tensors",
        config_groups: {
          a: { weights: INT4, targets: ["re:.*mlp.*"] },
          b: { weights: { num_bits: 8, type: "float" }, targets: ["re:.*attn.*"] },
        },
      },
      "it has groups of int4 and of fp8",
    ],
    ["fp8", 'quantization_config: it is "fp8". Give a JSON object.'],
  ])("are refused where they are not modelled: %j", (quantization, message) => {
    expect(() => quantised(quantization)).toThrow(message);
  });
});

describe("modules that keep 16 bit", () => {
  const ATTENTION = 64 * 8 * (2 * 8 + 2 * 2);
  const FFN = 3 * 64 * 160;
  const average = (kept: number) =>
    (2 * kept + (4 * (ATTENTION + FFN) - kept)) / (4 * (ATTENTION + FFN));

  it.each<[string, unknown, number]>([
    ["a module in each layer", ["self_attn"], average(4 * ATTENTION)],
    ["modules by wildcard", ["model.layers.*.self_attn"], average(4 * ATTENTION)],
    ["modules by wildcard at the end", ["*self_attn*"], average(4 * ATTENTION)],
    ["modules by regular expression", ["re:.*self_attn.*"], average(4 * ATTENTION)],
    ["a layer", ["model.layers.1"], average(ATTENTION + FFN)],
    ["not the eleventh with the first", ["model.layers.11"], 1],
    ["a matrix", ["model.layers.2.mlp.down_proj"], average(64 * 160)],
    ["what is outside of layers", ["lm_head", "gate", "model.embed_tokens"], 1],
    ["modules of a larger model", ["language_model.model.layers.0.mlp"], average(FFN)],
  ])("raise the average: %s", (_, ignored_layers, bytes) => {
    const { architecture, notes } = quantised({ ...FP8, ignored_layers });
    expect(architecture.weightBytes).toBeCloseTo(bytes, 12);
    expect(notes).toHaveLength(bytes === 1 ? 0 : 1);
  });

  it("are all but the targets where those are modules", () => {
    const quantization = compressed(INT4, {}, ["re:.*mlp.*"]);
    const { architecture, notes } = quantised(quantization);
    const all = 4 * (ATTENTION + FFN);
    expect(architecture.weightBytes).toBeCloseTo((4 * (2 * ATTENTION + 0.5625 * FFN)) / all, 12);
    expect(notes[0]).toContain("of the layers' weights keep 16 bit");
  });

  it("may be all", () => {
    expect(formatOf({ ...FP8, ignored_layers: ["model.layers"] })).toEqual(["16bit", 2]);
  });
});

describe("the KV cache", () => {
  it("is FP8 where the quantisation says so", () => {
    const scheme = (kv_cache_scheme: unknown) =>
      quantised(compressed(INT4, { kv_cache_scheme })).architecture.kvBytes;
    expect(scheme({ num_bits: 8, type: "float" })).toBe(1);
    expect(scheme(null)).toBe(2);
    expect(() => scheme({ num_bits: 4, type: "float" })).toThrow(
      'kv_cache_scheme: a KV cache of {"num_bits":4,"type":"float"} is not modelled.',
    );
  });
});

describe("overrides", () => {
  it("replace what the files say of weights and cache", () => {
    const served = read(
      { ...LLAMA, quantization_config: { quant_method: "unheard-of" } },
      { overrides: { weightFormat: "fp8", kvCacheDtype: "fp8" } },
    );
    expect(served.architecture).toMatchObject({ weightFormat: "fp8", weightBytes: 1, kvBytes: 1 });
  });

  it("of the cache alone leave the weights as the files say", () => {
    const quantization_config = {
      quant_method: "modelopt",
      quant_algo: "FP8",
      kv_cache_quant_algo: "FP8",
    };
    const kvBytes = (kvCacheDtype: "auto" | "bf16" | "fp8") =>
      read({ ...LLAMA, quantization_config }, { overrides: { kvCacheDtype } }).architecture.kvBytes;
    expect([kvBytes("auto"), kvBytes("bf16"), kvBytes("fp8")]).toEqual([1, 2, 1]);
  });

  it("do not put mxfp4 on a model without experts", () => {
    const overrides = { weightFormat: "mxfp4" } as const;
    expect(() => read(LLAMA, { overrides })).toThrow("mxfp4 is a format of experts");
    expect(read(EXPERTS, { overrides }).architecture.weightFormat).toBe("mxfp4");
  });
});

describe("the safetensors index", () => {
  const sized = (total_size: unknown, config: Config = LLAMA) =>
    read(config, { safetensorsIndex: { metadata: { total_size } } });

  it("is stated, and noted where it is more than 1 % from the dimensions", () => {
    const bytes = 2 * read(LLAMA).parameters.total;
    expect(sized(bytes)).toMatchObject({ statedWeightBytes: bytes, notes: [] });
    expect(sized(1.009 * bytes).notes).toEqual([]);
    expect(sized(1.02 * bytes).notes).toEqual([
      "model.safetensors.index.json:3, metadata.total_size: the files hold 0.0005965 GB, the dimensions give 0.0005848 GB, which are used.",
    ]);
    expect(sized(0.98 * bytes).notes).toHaveLength(1);
  });

  it("counts embedding, LM head, norms and router as 16 bit beside quantised layers", () => {
    const layers = 4 * 64 * (8 * 20 + 3 * 160);
    const rest = 2 * 1000 * 64 + 9 * 64;
    const config = { ...LLAMA, quantization_config: FP8 };
    expect(sized(layers + 2 * rest, config)).toMatchObject({
      statedWeightBytes: layers + 2 * rest,
      notes: [],
    });
  });

  it("is refused without a size", () => {
    expect(() => sized("5")).toThrow(
      'metadata.total_size: it is "5". Give the bytes of all tensors.',
    );
    expect(() => read(LLAMA, { safetensorsIndex: {} })).toThrow(
      "metadata.total_size: it is missing",
    );
  });
});

describe("the model for the cost models", () => {
  it("has the layers and their weights", () => {
    const { name, architecture, allowedCuts } = modelOf(read(EXPERTS));
    expect({ name, allowedCuts }).toEqual({ name: "test", allowedCuts: null });
    expect(outlineOf(architecture)).toMatchObject({
      numLayers: 4,
      dModel: 64,
      dHidden: 160,
      numAttentionHeads: 8,
      numKvHeads: 2,
      bytesPerElement: 2,
      layers: { kindOf: [0, 1, 1, 1] },
    });
  });

  it("weighs as much as its matrices are stored in, whatever keeps 16 bit", () => {
    const modules = fc.subarray(["self_attn", "mlp", "q_proj", "model.layers.2", "shared_experts"]);
    const configs = fc.constantFrom(LLAMA, EXPERTS, LATENT);
    fc.assert(
      fc.property(configs, modules, (config, ignored_layers) => {
        const { architecture } = modelOf(quantised({ ...FP8, ignored_layers }, config));
        const { kinds, kindOf } = layerPlanOf(architecture);
        const gib = kindOf.reduce((sum, kind) => sum + kinds[kind]!.weightGib, 0);
        let bytes = 0;
        for (const [layer, kind] of architecture.kindOf.entries()) {
          for (const { names, parameters } of layerMatrices(
            architecture.hidden,
            architecture.kinds[kind]!,
          )) {
            const isKept = ignored_layers.some((module) =>
              module === "model.layers.2"
                ? layer === 2
                : names.some((name) => name.split(".").includes(module)),
            );
            bytes += parameters * (isKept ? 2 : 1);
          }
        }
        expect(gib * GIB).toBeCloseTo(bytes, 4);
      }),
      { seed: 7, numRuns: 60 },
    );
  });

  it("cannot be represented by the reference model with latent attention, other heads or two sizes", () => {
    const problem = (model: ReturnType<typeof read>) => whyNotReference(model.architecture);
    expect(problem(read(LLAMA))).toBeNull();
    expect(problem(read(LATENT))).toContain("latent attention (kv_lora_rank)");
    expect(problem(read({ ...LLAMA, head_dim: 16 }))).toContain(
      "8 heads of 16 elements (head_dim)",
    );
    expect(problem(read({ ...LLAMA, model_type: "nemotron" }))).toContain("of two matrices");
    expect(problem(quantised(FP8))).toContain("its weights are fp8, 1 bytes each");
    expect(
      problem(read(LLAMA, { overrides: { weightFormat: "fp8", kvCacheDtype: "fp8" } })),
    ).toBeNull();
  });
});
