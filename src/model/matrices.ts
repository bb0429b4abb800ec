import type { Architecture, LayerArchitecture } from "./architecture.ts";

/** KV heads that one GPU keeps: nkv/t, at least one (then they are replicated). */
export function kvHeadsPerGpu(kvHeads: number, tp: number): number {
  return Math.max(kvHeads / tp, 1);
}

/** Elements of KV cache that one GPU keeps for a token of one layer; a latent vector is not split. */
export function kvElementsPerToken(
  { headDim, latent }: Architecture,
  { kvHeads }: LayerArchitecture,
  tp: number,
): number {
  return latent ? latent.kvRank + latent.ropeDim : 2 * kvHeadsPerGpu(kvHeads, tp) * headDim;
}

/**
 * Parameters of the attention's linear layers on one GPU: h·d·(2·nh/t + 2·n_kv) for query, output, key and value. Latent attention:
 * queries (through their own rank, if they have one), the latent vector and the rotary key, keys and values from the latent
 * vector, output. Source of the latter: DeepSeek-V2, arXiv 2405.04434, section 2.1 and appendix B.
 */
export function attentionParameters(
  { hidden, heads, headDim, latent }: Architecture,
  { kvHeads }: LayerArchitecture,
  tp: number,
): number {
  const share = heads / tp;
  if (!latent) return hidden * headDim * (2 * share + 2 * kvHeadsPerGpu(kvHeads, tp));
  const { kvRank, qRank, ropeDim, nopeDim, valueDim } = latent;
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
