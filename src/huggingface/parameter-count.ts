import type { Architecture, LayerArchitecture } from "../model/architecture.ts";
import type { Attention } from "../model/attention.ts";
import { type ConfigFields, flagOf } from "./config-fields.ts";
import type { Family } from "./families.ts";
import type { ParameterCounts } from "./huggingface-model.ts";
import { layerMatrices } from "./layer-matrices.ts";

/**
 * All parameters of a model, to the last one: the matrices of every layer, norms, biases, routers, the last norm, embedding and LM
 * head (one matrix where tied). Active: without the experts that a token is not routed to, (E − k)·G·h·f in each layer that has
 * experts.
 */
export function countParameters(
  architecture: Architecture,
  family: Family,
  fields: ConfigFields,
): ParameterCounts {
  const { hidden, vocab, tiedEmbeddings, kinds, kindOf } = architecture;
  const ofKinds = kinds.map((kind) => {
    const matrices = layerMatrices(hidden, kind);
    const all = sum(matrices.map(({ parameters }) => parameters));
    return {
      total: all + smallTensors(hidden, kind, family, fields),
      idle: (kind.experts - kind.expertsPerToken) * kind.ffnMatrices * hidden * kind.ffnWidth,
    };
  });
  const ends = vocab * hidden * (tiedEmbeddings ? 1 : 2) + hidden * family.normElements;
  const total = ends + sum(kindOf.map((kind) => ofKinds[kind]!.total));
  return { total, active: total - sum(kindOf.map((kind) => ofKinds[kind]!.idle)) };
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

/** Norms, biases, router and the like of one layer. */
function smallTensors(
  hidden: number,
  kind: LayerArchitecture,
  family: Family,
  fields: ConfigFields,
): number {
  const { attention } = kind;
  return (
    family.norms * family.normElements * hidden +
    attentionNorms(attention, family, fields) +
    attentionBiases(hidden, attention, family, fields) +
    (family.attentionSinks ? attention.heads : 0) +
    ffnBiases(hidden, kind, family, fields) +
    (kind.experts > 0 ? kind.experts * (hidden + (family.routerBias ? 1 : 0)) : 0) +
    (family.sharedExpertGate && kind.sharedFfnWidth > 0 ? hidden : 0)
  );
}

/** Norms of queries and keys; with latent attention those of its two vectors. */
function attentionNorms(attention: Attention, family: Family, fields: ConfigFields): number {
  if (attention.kind === "latent") return attention.qRank + attention.kvRank;
  const { heads, headDim, kvHeads } = attention;
  const rule = family.queryKeyNorms;
  if (rule === "none") return 0;
  if (rule.endsWith("use_qk_norm") && !flagOf(fields, "use_qk_norm", false)) return 0;
  return rule.startsWith("all heads") ? (heads + kvHeads) * headDim : 2 * headDim;
}

function attentionBiases(
  hidden: number,
  attention: Attention,
  family: Family,
  fields: ConfigFields,
): number {
  if (attention.kind === "latent") return 0;
  const { heads, headDim, kvHeads } = attention;
  return (
    (hasBias(family.queryBias, fields) ? (heads + 2 * kvHeads) * headDim : 0) +
    (hasBias(family.outputBias, fields) ? hidden : 0)
  );
}

/** Biases of the feed-forward network: f after each matrix that widens, h after the one that narrows, in every expert. */
function ffnBiases(
  hidden: number,
  { ffnMatrices, ffnWidth, experts, sharedFfnWidth }: LayerArchitecture,
  family: Family,
  fields: ConfigFields,
): number {
  if (!hasBias(family.ffnBias, fields)) return 0;
  const one = (width: number): number => (ffnMatrices - 1) * width + hidden;
  return Math.max(experts, 1) * one(ffnWidth) + (sharedFfnWidth > 0 ? one(sharedFfnWidth) : 0);
}

function hasBias(rule: Family["queryBias"], fields: ConfigFields): boolean {
  return rule === "always" || (rule !== "never" && flagOf(fields, rule, false));
}
