import { layerCount } from "../model/model.ts";
import { DEFAULT_REQUEST, type SolveRequest } from "../solver/request.ts";
import type { BenchCase } from "./case.ts";
import { drawCatalogue } from "./catalogue.ts";
import { FREE_RULES, freeProblem, makeProblem, poolOf, STAND_IN_RULES } from "./make-problem.ts";
import { LLAMA_3_70B, LLAMA_3_405B, MOE_671B, WINDOWED_MOE } from "./models.ts";
import { FOUNDING_POOL, LARGE_POOL, LEFT_OVER_POOL } from "./pools.ts";

const TP_UP_TO_16: SolveRequest = { ...DEFAULT_REQUEST, tpDegrees: [1, 2, 4, 8, 16] };

/** Large models, long contexts, layers that are not alike. */
export function largeCases(): BenchCase[] {
  const request = DEFAULT_REQUEST;
  return [
    {
      name: "405b",
      note: "405B (126 layers, 749 GiB of weights) on big machines of several generations, batch 16 to 64.",
      problem: freeProblem(LLAMA_3_405B, LARGE_POOL, ["aggregated", 2048, 512, 16, 64]),
      request,
    },
    {
      name: "405b-catalogue",
      note: "405B on a made-up catalogue of 24 types, TP up to 16, batch 64.",
      problem: makeProblem(LLAMA_3_405B, drawCatalogue(24, 8, 405), FREE_RULES, [
        "aggregated",
        2048,
        512,
        64,
        64,
      ]),
      request: TP_UP_TO_16,
    },
    {
      name: "one-two-or-four",
      note: "A 671B mixture of experts on 1 × H200:8, 2 × H100:8 or 4 × A100:8. The reference model does not know the H200 and would compute it as an A100; the pool has it as an H100 with 141 GiB, which understates its memory bandwidth. Batch 128 of 8,192 tokens: the KV cache no longer fits beside the weights on one H100:8.",
      problem: makeProblem(
        MOE_671B,
        poolOf([
          ["h200.8", "NVIDIA H100 141GB", 8, 141, 900, 3200, 63.3, 1],
          ["h100.8", "NVIDIA H100", 8, 80, 900, 3200, 55.04, 2],
          ["a100.8", "NVIDIA A100", 8, 80, 600, 400, 27.45, 4],
        ]),
        STAND_IN_RULES,
        ["aggregated", 8192, 1024, 128, 128],
      ),
      request,
    },
    {
      name: "long-context",
      note: "70B with 32,768 tokens in and 1,024 out: the KV cache is larger than the weights; batch 1 to 16.",
      problem: freeProblem(LLAMA_3_70B, FOUNDING_POOL, ["aggregated", 32_768, 1024, 1, 16]),
      request,
    },
    {
      name: "experts",
      note: "The 671B mixture of experts on the founding pool without its A100s: three dense layers, 58 with experts, embedding and LM head at the ends.",
      problem: makeProblem(MOE_671B, poolOf(FOUNDING_POOL.slice(1)), STAND_IN_RULES, [
        "aggregated",
        2048,
        512,
        32,
        32,
      ]),
      request,
    },
    {
      name: "windows-and-cuts",
      note: "61 layers of three kinds, of which every second looks back 4,096 tokens only, 16,384 tokens in; cuts after every fourth layer only, on left-over machines.",
      problem: freeProblem(withCutsEvery(4), LEFT_OVER_POOL.slice(1), [
        "decode",
        16_384,
        1024,
        16,
        32,
      ]),
      request,
    },
  ];
}

/** The model with windows, to be cut after every so many layers only. */
function withCutsEvery(layers: number): typeof WINDOWED_MOE {
  const numLayers = layerCount(WINDOWED_MOE);
  const allowedCuts = Array.from(
    { length: Math.floor((numLayers - 1) / layers) },
    (_, index) => (index + 1) * layers,
  );
  return { ...WINDOWED_MOE, allowedCuts };
}
