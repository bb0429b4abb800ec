/** Grouped-query attention: each key/value head serves as many query heads; multi-head attention has one for each. */
export interface GroupedQueryAttention {
  readonly kind: "grouped-query";
  /** nh: query heads. */
  readonly heads: number;
  /** d: width of a head, elements. */
  readonly headDim: number;
  /** n_kv: key/value heads. */
  readonly kvHeads: number;
  /** Tokens that attention looks back at most; null for all. */
  readonly windowTokens: number | null;
}

/** Multi-head latent attention (DeepSeek): keys and values are kept as one latent vector of each token. */
export interface LatentAttention {
  readonly kind: "latent";
  /** nh: query heads, each with keys and values of its own made from the latent vector. */
  readonly heads: number;
  /** kv_lora_rank. */
  readonly kvRank: number;
  /** q_lora_rank; 0 when queries are projected directly. */
  readonly qRank: number;
  /** qk_rope_head_dim: shared by all heads, kept beside the latent vector. */
  readonly ropeDim: number;
  /** qk_nope_head_dim. */
  readonly nopeDim: number;
  /** v_head_dim. */
  readonly valueDim: number;
  /** Tokens that attention looks back at most; null for all. */
  readonly windowTokens: number | null;
}

/** How a layer attends to earlier tokens. */
export type Attention = GroupedQueryAttention | LatentAttention;

/** Width of a query head, elements; of latent attention its two parts together. */
export function headWidth(attention: Attention): number {
  switch (attention.kind) {
    case "grouped-query":
      return attention.headDim;
    case "latent":
      return attention.nopeDim + attention.ropeDim;
  }
}

/** Key/value heads; those of latent attention are as many as its heads, and none of them is kept. */
export function kvHeadCount(attention: Attention): number {
  switch (attention.kind) {
    case "grouped-query":
      return attention.kvHeads;
    case "latent":
      return attention.heads;
  }
}

/** KV heads that one GPU keeps: nkv/t, at least one (then they are replicated). */
export function kvHeadsPerGpu(kvHeads: number, tp: number): number {
  return Math.max(kvHeads / tp, 1);
}

/** Elements of KV cache that one GPU keeps for a token of one layer; a latent vector is not split. */
export function kvElementsPerToken(attention: Attention, tp: number): number {
  switch (attention.kind) {
    case "grouped-query":
      return 2 * kvHeadsPerGpu(attention.kvHeads, tp) * attention.headDim;
    case "latent":
      return attention.kvRank + attention.ropeDim;
  }
}

/**
 * Parameters of the attention's linear layers on one GPU: h·d·(2·nh/t + 2·n_kv) for query, output, key and value. Latent attention:
 * queries (through their own rank, if they have one), the latent vector and the rotary key, keys and values from the latent
 * vector, output. Source of the latter: DeepSeek-V2, arXiv 2405.04434, section 2.1 and appendix B.
 * @param hidden h: width of the residual stream
 */
export function attentionParameters(hidden: number, attention: Attention, tp: number): number {
  const share = attention.heads / tp;
  switch (attention.kind) {
    case "grouped-query": {
      const { headDim, kvHeads } = attention;
      return hidden * headDim * (2 * share + 2 * kvHeadsPerGpu(kvHeads, tp));
    }
    case "latent": {
      const { kvRank, qRank, ropeDim, nopeDim, valueDim } = attention;
      const query =
        qRank > 0
          ? hidden * qRank + qRank * share * (nopeDim + ropeDim)
          : hidden * share * (nopeDim + ropeDim);
      return (
        query +
        hidden * (kvRank + ropeDim) +
        kvRank * share * (nopeDim + valueDim) +
        share * valueDim * hidden
      );
    }
  }
}
