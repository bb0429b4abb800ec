import { externalShareGBytesPerSecond } from "../hardware/instance.ts";
import type { Pool } from "../hardware/pool.ts";

/**
 * The bandwidth below which links between instances are not used, GB/s: the q-quantile (nearest rank, from below) of the
 * bandwidths of all pairs of GPUs on different instances of a derived network. 0 when the rule is off or there is no pair.
 *
 * A pair is as fast as the slower of its two shares, so the pairs are counted by type instead of being listed.
 * Source: the seed's network_bandwidth_percentile_threshold.
 */
export function slowestUsedLink(pool: Pool, quantile: number | null): number {
  if (quantile === null) return 0;
  const types = pool.types
    .map((type) => ({
      share: externalShareGBytesPerSecond(type.instance),
      gpus: type.count * type.instance.gpuCount,
      pairsBetweenOwnInstances: ((type.count * (type.count - 1)) / 2) * type.instance.gpuCount ** 2,
    }))
    .sort((a, b) => a.share - b.share);
  // All pairs of a type with itself or with a faster one run at this type's share.
  let faster = types.reduce((sum, { gpus }) => sum + gpus, 0);
  const pairs = types.map(({ share, gpus, pairsBetweenOwnInstances }) => {
    faster -= gpus;
    return { share, count: pairsBetweenOwnInstances + gpus * faster };
  });
  const total = pairs.reduce((sum, { count }) => sum + count, 0);
  let below = 0;
  for (const { share, count } of pairs) {
    below += count;
    if (count > 0 && below > quantile * total) return share;
  }
  return pairs.findLast(({ count }) => count > 0)?.share ?? 0;
}
