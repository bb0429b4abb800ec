import type { Architecture, LayerArchitecture } from "../model/architecture.ts";
import {
  type Attention,
  headWidth,
  kvHeadCount,
  type LatentAttention,
} from "../model/attention.ts";

/** The widths of latent attention, in which all its layers are alike. */
type LatentData = Omit<LatentAttention, "kind" | "heads" | "windowTokens">;

/** What the attention of all layers has in common. */
interface CommonAttention {
  readonly heads: number;
  readonly headDim: number;
  /** Null for grouped-query attention. */
  readonly latent: LatentData | null;
}

/** One kind of layer. */
interface KindData extends Omit<LayerArchitecture, "attention"> {
  readonly kvHeads: number;
  readonly windowTokens: number | null;
  /** Only where the attention is not the common one. */
  readonly attention?: Attention;
}

/** The matrices of a stored model: heads and latent attention once for all layers, as models have had them. */
export interface MatricesData extends CommonAttention, Omit<Architecture, "kinds" | "stated"> {
  readonly kinds: readonly KindData[];
}

/** What is stored of an architecture's matrices. */
export function matricesData({ kinds, stated: _, ...sizes }: Architecture): MatricesData {
  const common = commonOf(kinds[0]!.attention);
  return {
    ...sizes,
    ...common,
    kinds: kinds.map(({ attention, ...kind }) => {
      const { windowTokens } = attention;
      const kvHeads = kvHeadCount(attention);
      const isCommon = isSame(attention, attentionOf(common, kvHeads, windowTokens));
      return { ...kind, kvHeads, windowTokens, ...(!isCommon && { attention }) };
    }),
  };
}

/** The architecture of stored matrices. */
export function architectureOfMatrices(data: MatricesData): Architecture {
  const { heads, headDim, latent, kinds, ...sizes } = data;
  return {
    ...sizes,
    kinds: kinds.map(({ kvHeads, windowTokens, attention, ...kind }) => ({
      ...kind,
      attention: attention ?? attentionOf({ heads, headDim, latent }, kvHeads, windowTokens),
    })),
  };
}

function commonOf(attention: Attention): CommonAttention {
  const { heads } = attention;
  const headDim = headWidth(attention);
  switch (attention.kind) {
    case "grouped-query":
      return { heads, headDim, latent: null };
    case "latent": {
      const { kvRank, qRank, ropeDim, nopeDim, valueDim } = attention;
      return { heads, headDim, latent: { kvRank, qRank, ropeDim, nopeDim, valueDim } };
    }
  }
}

function attentionOf(
  { heads, headDim, latent }: CommonAttention,
  kvHeads: number,
  windowTokens: number | null,
): Attention {
  return latent
    ? { kind: "latent", heads, ...latent, windowTokens }
    : { kind: "grouped-query", heads, headDim, kvHeads, windowTokens };
}

function isSame(one: Attention, other: Attention): boolean {
  const fields = Object.entries(other);
  return (
    fields.length === Object.keys(one).length &&
    fields.every(([name, value]) => one[name as keyof Attention] === value)
  );
}
