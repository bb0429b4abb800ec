import type { LayerArchitecture } from "../model/architecture.ts";
import type { Attention, LatentAttention } from "../model/attention.ts";
import type { LayerPart } from "../model/weight-groups.ts";

/** A matrix of a layer; of experts, all experts' together. */
export interface LayerMatrix {
  readonly part: LayerPart;
  /** Names inside the layer that checkpoints give it; of experts, that of the first one's. */
  readonly names: readonly string[];
  readonly parameters: number;
}

/**
 * The matrices of one layer. Attention, A = nh·d: q h·A, k and v h·nkv·d each, o A·h; latent attention as in
 * `attentionParameters`. Feed-forward network: G matrices of h·f, of each expert and of the shared ones.
 */
export function layerMatrices(hidden: number, kind: LayerArchitecture): readonly LayerMatrix[] {
  return [...attentionMatrices(hidden, kind.attention), ...ffnMatrices(hidden, kind)];
}

function attentionMatrices(hidden: number, attention: Attention): LayerMatrix[] {
  return attentionSizes(hidden, attention).map(([name, parameters]) => ({
    part: "attention",
    names: [`self_attn.${name}`],
    parameters,
  }));
}

function attentionSizes(
  hidden: number,
  attention: Attention,
): readonly (readonly [string, number])[] {
  const { heads } = attention;
  switch (attention.kind) {
    case "grouped-query": {
      const { headDim, kvHeads } = attention;
      return [
        ["q_proj", hidden * heads * headDim],
        ["k_proj", hidden * kvHeads * headDim],
        ["v_proj", hidden * kvHeads * headDim],
        ["o_proj", heads * headDim * hidden],
      ];
    }
    case "latent": {
      const { kvRank, ropeDim, nopeDim, valueDim } = attention;
      return [
        ...queryOfLatent(hidden, attention),
        ["kv_a_proj_with_mqa", hidden * (kvRank + ropeDim)],
        ["kv_b_proj", kvRank * heads * (nopeDim + valueDim)],
        ["o_proj", heads * valueDim * hidden],
      ];
    }
  }
}

function queryOfLatent(
  hidden: number,
  { heads, qRank, nopeDim, ropeDim }: LatentAttention,
): (readonly [string, number])[] {
  const width = heads * (nopeDim + ropeDim);
  return qRank > 0
    ? [
        ["q_a_proj", hidden * qRank],
        ["q_b_proj", qRank * width],
      ]
    : [["q_proj", hidden * width]];
}

/** Names of the feed-forward network in transformers' modules. */
const FFN_MODULES = ["mlp", "feed_forward", "block_sparse_moe"] as const;
/** The projections by name; the second is how Mixtral calls them. Plain networks have no gate. */
const PROJECTIONS: readonly (readonly string[])[] = [
  ["up_proj", "w3", "c_fc"],
  ["down_proj", "w2", "c_proj"],
  ["gate_proj", "w1"],
];

function ffnMatrices(
  hidden: number,
  { ffnWidth, ffnMatrices: count, experts, sharedFfnWidth }: LayerArchitecture,
): LayerMatrix[] {
  const parts: readonly (readonly [LayerPart, readonly string[], number])[] =
    experts === 0
      ? [["dense", [""], ffnWidth]]
      : [
          ["experts", ["experts.0."], experts * ffnWidth],
          ["shared", ["shared_experts.", "shared_expert."], sharedFfnWidth],
        ];
  return parts
    .filter(([, , width]) => width > 0)
    .flatMap(([part, prefixes, width]) =>
      PROJECTIONS.slice(0, count).map((projections) => ({
        part,
        names: FFN_MODULES.flatMap((module) =>
          prefixes.flatMap((prefix) =>
            projections.map((projection) => `${module}.${prefix}${projection}`),
          ),
        ),
        parameters: hidden * width,
      })),
    );
}
