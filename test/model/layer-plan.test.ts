import { describe, expect, it } from "vitest";
import type { Architecture, LayerArchitecture } from "../../src/model/architecture.ts";
import type { Attention } from "../../src/model/attention.ts";
import { activeFfnWidth, layerPlanOf, layerWeightGib } from "../../src/model/outline.ts";
import { attending } from "../support/models.ts";

const GIB = 1024 ** 3;

const DENSE: LayerArchitecture = {
  ffnWidth: 28_672,
  ffnMatrices: 3,
  experts: 0,
  expertsPerToken: 0,
  sharedFfnWidth: 0,
  attention: { kind: "grouped-query", heads: 64, headDim: 128, kvHeads: 8, windowTokens: null },
};

const LATENT: Attention = {
  kind: "latent",
  heads: 128,
  kvRank: 512,
  qRank: 1536,
  ropeDim: 64,
  nopeDim: 128,
  valueDim: 128,
  windowTokens: null,
};

/** Llama-3-70B. */
const LLAMA_70B: Architecture = {
  hidden: 8192,
  vocab: 128_256,
  tiedEmbeddings: false,
  kinds: [DENSE],
  kindOf: new Array<number>(80).fill(0),
  weightFormat: "16bit",
  weightBytes: 2,
  kvBytes: 2,
};

/** DeepSeek-V3: three dense layers, then 58 with 256 experts and a shared one. */
const DEEPSEEK_V3: Architecture = {
  ...LLAMA_70B,
  hidden: 7168,
  vocab: 129_280,
  kinds: [
    { ...DENSE, ffnWidth: 18_432, attention: LATENT },
    {
      ...DENSE,
      ffnWidth: 2048,
      experts: 256,
      expertsPerToken: 8,
      sharedFfnWidth: 2048,
      attention: LATENT,
    },
  ],
  kindOf: Array.from({ length: 61 }, (_, layer) => (layer < 3 ? 0 : 1)),
  weightFormat: "fp8",
  weightBytes: 1,
};

const parametersOf = (architecture: Architecture, plan = layerPlanOf(architecture)): number => {
  const layers = plan.kindOf.reduce((sum, kind) => sum + plan.kinds[kind]!.weightGib, 0);
  return (
    (layers * GIB) / architecture.weightBytes + ((plan.embeddingGib + plan.lmHeadGib) * GIB) / 2
  );
};

describe("the layer plan of an architecture", () => {
  it("has the parameters that the models are named for", () => {
    // Published counts: 70.55 and 671.0 thousand million.
    expect(parametersOf(LLAMA_70B) / 1e9).toBeCloseTo(70.55, 1);
    expect(parametersOf(DEEPSEEK_V3) / 671e9).toBeCloseTo(1, 2);
  });

  it("has the kinds of the architecture, and ends of 16 bit", () => {
    const plan = layerPlanOf(DEEPSEEK_V3);
    expect(plan.kindOf).toBe(DEEPSEEK_V3.kindOf);
    expect(plan.kinds.map(({ dHidden }) => dHidden)).toEqual([18_432, 9 * 2048]);
    expect(plan.embeddingGib).toBe((129_280 * 7168 * 2) / GIB);
    expect(plan.lmHeadGib).toBe(plan.embeddingGib);
  });

  it("keeps windows and KV heads", () => {
    const windowed = attending(DENSE, { windowTokens: 128, kvHeads: 4 });
    const { kinds } = layerPlanOf({ ...LLAMA_70B, kinds: [windowed] });
    expect(kinds).toMatchObject([{ attentionWindowTokens: 128, numKvHeads: 4 }]);
  });

  it("puts only experts into 4 bits where the format is MXFP4", () => {
    const narrow = attending({ ...DENSE, ffnWidth: 2880 }, { headDim: 64 });
    const experts = { ...narrow, experts: 32, expertsPerToken: 4 };
    const gptOss: Architecture = {
      ...LLAMA_70B,
      hidden: 2880,
      weightFormat: "mxfp4",
      weightBytes: 0.53125,
      kinds: [experts],
    };
    const attention = 2880 * 64 * (2 * 64 + 2 * 8) * 2;
    const ffn = 3 * 2880 * 2880 * 32 * 0.53125;
    expect(layerWeightGib(gptOss, experts) * GIB).toBeCloseTo(attention + ffn, 3);
    expect(layerWeightGib(gptOss, narrow) * GIB).toBeCloseTo(attention + 3 * 2880 * 2880 * 2, 3);
  });

  it("projects queries directly where they have no rank of their own", () => {
    const width = 128 * 192;
    const difference = 7168 * width - 1536 * (7168 + width);
    const [kind] = DEEPSEEK_V3.kinds as [LayerArchitecture];
    const direct: LayerArchitecture = { ...kind, attention: { ...LATENT, qRank: 0 } };
    const [own, other] = [kind, direct].map((each) => layerWeightGib(DEEPSEEK_V3, each));
    expect((other! - own!) * GIB).toBeCloseTo(difference, 0);
  });

  it("counts the width that a token passes", () => {
    expect(activeFfnWidth(DENSE)).toBe(28_672);
    expect(activeFfnWidth(DEEPSEEK_V3.kinds[1]!)).toBe(9 * 2048);
  });
});
