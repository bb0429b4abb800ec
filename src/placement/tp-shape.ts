import { ENGINE_TABLE, type Engine, type LaunchEngine, type TpRule } from "../engines/engines.ts";
import type { LayerArchitecture } from "../model/architecture.ts";
import type { Attention } from "../model/attention.ts";
import type { Model } from "../model/model.ts";
import type { WeightGroups } from "../model/weight-groups.ts";
import type { Problem } from "./problem.ts";

/** What is launched; null where the cost model stands for no engine: what all engines refuse that launch files are written for. */
export type ShapeEngine = Engine | LaunchEngine | null;

/** Of a model, what can forbid a TP degree. */
type ShapeDimension =
  | "attention_heads"
  | "kv_heads"
  | "ffn_width"
  | "expert_width"
  | "shared_expert_width"
  | "weight_group"
  | "vocabulary";

/** Why an engine does not start a model at a TP degree. */
export interface ShapeBreach {
  readonly dimension: ShapeDimension;
  /** Heads, elements or tokens that cannot be shared out. */
  readonly size: number;
  /** Follows "TP 8 ". */
  readonly words: string;
}

/** What all engines refuse that launch files are written for. */
const REFUSED_BY_ALL: TpRule = { evenly: true, vocabularyMultiple: null };

/**
 * What forbids an engine to share a model out to `tpDegree` GPUs, or null. Nothing does at TP 1.
 *
 * vLLM, SGLang and TensorRT-LLM refuse a degree
 * - that does not divide the query heads (vLLM, `ModelConfig.verify_with_parallel_config`);
 * - that neither divides the key/value heads nor is a multiple of them, each then being kept more than once (`QKVParallelLinear`); the
 *   latent vector of MLA is kept whole on every GPU;
 * - that does not divide the width of a feed-forward network, of an expert or of the shared experts (`ColumnParallelLinear`, `FusedMoE`);
 * - that parts weights with one scale: blocks of FP8 (vLLM, `validate_fp8_block_shape`), groups of AWQ, GPTQ and INT4 ("input size is not
 *   aligned with the quantized weight shape"), groups of NVFP4. Those of MXFP4 are padded.
 * vLLM and SGLang pad the vocabulary to a multiple of 64 and refuse a degree that does not divide that; TensorRT-LLM pads it to the degree.
 * llama.cpp splits matrices by rows, unevenly where need be, and refuses nothing.
 */
export function shapeBreach(
  model: Model,
  engine: ShapeEngine,
  tpDegree: number,
): ShapeBreach | null {
  const { evenly, vocabularyMultiple } = engine ? ENGINE_TABLE[engine].tp : REFUSED_BY_ALL;
  if (tpDegree === 1 || !evenly) return null;
  return (
    headBreach(model, tpDegree) ??
    widthBreach(model, tpDegree) ??
    groupBreach(model, tpDegree) ??
    vocabularyBreach(model, vocabularyMultiple, tpDegree)
  );
}

/** What forbids a TP degree in a problem; null as well where any shape is allowed. */
export function forbiddenTp(
  { model, engine, rules }: Pick<Problem, "model" | "engine" | "rules">,
  tpDegree: number,
): ShapeBreach | null {
  return rules.anyShape ? null : shapeBreach(model, engine?.engine ?? null, tpDegree);
}

/** Which of some TP degrees are no candidates, and why: a sentence each. */
export function leftOut(
  problem: Pick<Problem, "model" | "engine" | "rules">,
  tpDegrees: readonly number[],
): string[] {
  return [...new Set(tpDegrees)].flatMap((degree) => {
    const breach = forbiddenTp(problem, degree);
    return breach
      ? [`TP ${degree} is left out: it ${breach.words}. --any-shape allows it anyway.`]
      : [];
  });
}

function headBreach({ architecture: { kinds } }: Model, t: number): ShapeBreach | null {
  for (const { attention } of kinds) {
    const { heads } = attention;
    if (heads % t !== 0) {
      return {
        dimension: "attention_heads",
        size: heads,
        words: `does not divide the ${heads} attention heads`,
      };
    }
    if (attention.kind === "latent" || sharesKvHeads(attention.kvHeads, t)) continue;
    return {
      dimension: "kv_heads",
      size: attention.kvHeads,
      words: `does not divide the ${attention.kvHeads} key/value heads and is not a multiple of them`,
    };
  }
  return null;
}

function sharesKvHeads(kvHeads: number, t: number): boolean {
  return kvHeads % t === 0 || t % kvHeads === 0;
}

/** One width that is cut. */
interface Width {
  readonly dimension: ShapeDimension;
  readonly part: "dense" | "experts" | "shared";
  readonly elements: number;
  readonly words: string;
}

function widthBreach(model: Model, t: number): ShapeBreach | null {
  const broken = model.architecture.kinds
    .flatMap(widthsOfKind)
    .find(({ elements }) => elements % t !== 0);
  return broken
    ? {
        dimension: broken.dimension,
        size: broken.elements,
        words: `does not divide ${broken.words} of ${broken.elements} elements`,
      }
    : null;
}

function widthsOfKind({ experts, ffnWidth, sharedFfnWidth }: LayerArchitecture): Width[] {
  if (experts === 0) return [denseWidth(ffnWidth)];
  const expert: Width = {
    dimension: "expert_width",
    part: "experts",
    elements: ffnWidth,
    words: "experts",
  };
  const shared: Width = {
    dimension: "shared_expert_width",
    part: "shared",
    elements: sharedFfnWidth,
    words: "shared experts",
  };
  return sharedFfnWidth > 0 ? [expert, shared] : [expert];
}

function denseWidth(elements: number): Width {
  return { dimension: "ffn_width", part: "dense", elements, words: "a feed-forward network" };
}

function groupBreach({ architecture, weightGroups }: Model, t: number): ShapeBreach | null {
  if (!weightGroups) return null;
  const { inputs, outputs } = weightGroups;
  const cuts = [
    ...architecture.kinds.flatMap((kind) => ffnCuts(kind, weightGroups, t)),
    ...(weightGroups.parts.includes("attention")
      ? architecture.kinds.flatMap(({ attention }) => attentionCuts(attention, weightGroups, t))
      : []),
  ];
  const broken = cuts.find(({ share, group }) => share % group !== 0);
  if (!broken) return null;
  const { size, share, words, group } = broken;
  const kind = outputs > 1 ? `blocks of ${outputs} × ${inputs} weights` : `groups of ${group}`;
  return {
    dimension: "weight_group",
    size,
    words: `splits ${words} of ${size} elements into ${share}, which is not a whole number of ${kind} that share a scale`,
  };
}

/** What one GPU gets of the width of a matrix, and the groups that it must be whole ones of; elements. */
interface Cut {
  readonly size: number;
  readonly share: number;
  readonly group: number;
  readonly words: string;
}

/** Of the same width the outputs are cut in gate and up, the inputs in down. */
function ffnCuts(
  kind: LayerArchitecture,
  { inputs, outputs, parts }: WeightGroups,
  t: number,
): Cut[] {
  return widthsOfKind(kind)
    .filter(({ part }) => parts.includes(part))
    .flatMap(({ elements, words }) =>
      [inputs, outputs].map((group) => ({ size: elements, share: elements / t, group, words })),
    );
}

/** The output projection is cut by its inputs, the projections before it by their outputs. */
function attentionCuts(attention: Attention, { inputs, outputs }: WeightGroups, t: number): Cut[] {
  const cut = (headCount: number, width: number, group: number, words: string): Cut => ({
    size: headCount * width,
    share: Math.max(1, headCount / t) * width,
    group,
    words,
  });
  const { heads } = attention;
  switch (attention.kind) {
    case "grouped-query": {
      const { headDim, kvHeads } = attention;
      return [
        cut(heads, headDim, inputs, "the heads' outputs"),
        cut(heads, headDim, outputs, "queries"),
        cut(kvHeads, headDim, outputs, "keys"),
      ];
    }
    case "latent": {
      const { nopeDim, ropeDim, valueDim } = attention;
      return [
        cut(heads, valueDim, inputs, "the heads' values"),
        cut(heads, nopeDim + ropeDim, outputs, "queries"),
        cut(heads, nopeDim + valueDim, outputs, "keys and values"),
      ];
    }
  }
}

function vocabularyBreach(
  { architecture: { vocab } }: Model,
  multiple: number | null,
  t: number,
): ShapeBreach | null {
  if (multiple === null) return null;
  const padded = Math.ceil(vocab / multiple) * multiple;
  if (padded % t === 0) return null;
  return {
    dimension: "vocabulary",
    size: vocab,
    words: `does not divide the vocabulary of ${vocab} tokens, padded to ${padded}`,
  };
}
