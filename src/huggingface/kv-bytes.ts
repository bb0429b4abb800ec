import type { Architecture } from "../model/architecture.ts";
import { kvElementsPerToken } from "../model/attention.ts";

/** Bytes of KV cache that a token takes on one GPU that holds all layers, for the list of models; memory bills have their own. */
export interface KvBytesPerToken {
  /** Of a token that all layers still see. */
  readonly recent: number;
  /** Of one that has left all windows; equal where there are none. */
  readonly old: number;
}

/** Σ over layers of elements · bytes each: 2·n_kv·d, or latent vector and rotary key; layers with a window keep no old tokens. */
export function kvBytesPerToken(architecture: Architecture): KvBytesPerToken {
  const { kinds, kindOf, kvBytes } = architecture;
  let recent = 0;
  let old = 0;
  for (const { attention } of kindOf.map((position) => kinds[position]!)) {
    const bytes = kvElementsPerToken(attention, 1) * kvBytes;
    recent += bytes;
    if (attention.windowTokens === null) old += bytes;
  }
  return { recent, old };
}
