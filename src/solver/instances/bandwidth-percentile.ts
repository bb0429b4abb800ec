import { externalShareGBytesPerSecond } from "../../hardware/instance.ts";
import type { MatrixNetwork, Network } from "../../hardware/network.ts";
import type { Pool } from "../../hardware/pool.ts";

/**
 * The bandwidth below which links between instances are not used, GB/s: the q-quantile (nearest rank, from below) of the
 * bandwidths of all pairs of GPUs on different instances. 0 when the rule is off or there is no pair.
 *
 * In a derived network a pair is as fast as the slower of its two shares, so the pairs are counted by type instead of being
 * listed.
 * Source: the founding program's network_bandwidth_percentile_threshold.
 */
export function slowestUsedLink(pool: Pool, network: Network, quantile: number | null): number {
  if (quantile === null) return 0;
  return network.kind === "matrix"
    ? quantileOfMatrix(pool, network, quantile)
    : quantileOfShares(pool, quantile);
}

/** Of an explicit matrix every ordered pair counts. */
function quantileOfMatrix(pool: Pool, network: MatrixNetwork, quantile: number): number {
  const instanceOf = pool.types.flatMap((type) =>
    Array.from(
      { length: type.count * type.instance.gpuCount },
      (_, gpu) => type.firstGpu + gpu - (gpu % type.instance.gpuCount),
    ),
  );
  const bandwidths: number[] = [];
  for (let source = 0; source < network.gpuCount; source++) {
    for (let target = 0; target < network.gpuCount; target++) {
      if (instanceOf[source] === instanceOf[target]) continue;
      bandwidths.push(network.gBytesPerSecond[source * network.gpuCount + target]!);
    }
  }
  bandwidths.sort((a, b) => a - b);
  const rank = Math.min(Math.floor(quantile * bandwidths.length), bandwidths.length - 1);
  return bandwidths[rank] ?? 0;
}

function quantileOfShares(pool: Pool, quantile: number): number {
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
