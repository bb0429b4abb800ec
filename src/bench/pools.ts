import type { PoolRow } from "./make-problem.ts";

/** The founding pool. Source: the founding program's instance table (some of its shapes and prices are not today's). */
export const FOUNDING_POOL: readonly PoolRow[] = [
  ["p4de.24xlarge", "NVIDIA A100", 8, 80, 600, 400, 40.96, 1],
  ["p3dn.24xlarge", "NVIDIA V100", 8, 32, 300, 100, 31.21, 4],
  ["g6e.48xlarge", "NVIDIA L40S", 8, 48, 32, 400, 27.39, 4],
  ["g6e.24xlarge", "NVIDIA L40S", 4, 48, 32, 400, 13.7, 4],
  ["g6e.12xlarge", "NVIDIA L40S", 2, 48, 32, 200, 6.85, 4],
  ["g6e.4xlarge", "NVIDIA L40S", 1, 48, 32, 100, 3.42, 4],
  ["g5.48xlarge", "NVIDIA A10G", 8, 24, 32, 200, 16.29, 4],
  ["g5.24xlarge", "NVIDIA A10G", 4, 24, 32, 100, 8.14, 4],
  ["g5.12xlarge", "NVIDIA A10G", 4, 24, 32, 50, 5.67, 4],
  ["g5.4xlarge", "NVIDIA A10G", 1, 24, 32, 25, 1.62, 4],
];

/** Big machines of several generations. Prices are round figures of one cloud's list in 2026. */
export const LARGE_POOL: readonly PoolRow[] = [
  ["h100.8", "NVIDIA H100", 8, 80, 900, 3200, 55.04, 4],
  ["h100.4", "NVIDIA H100", 4, 80, 900, 1600, 28.6, 4],
  ["a100-80.8", "NVIDIA A100", 8, 80, 600, 400, 27.45, 6],
  ["a100-40.8", "NVIDIA A100", 8, 40, 600, 400, 21.96, 6],
  ["l40s.8", "NVIDIA L40S", 8, 48, 32, 400, 27.39, 8],
  ["l40s.4", "NVIDIA L40S", 4, 48, 32, 200, 14.7, 8],
  ["a40.8", "NVIDIA A40", 8, 48, 112, 200, 11.2, 8],
];

/** What a laboratory has left over: several generations, few of each. */
export const LEFT_OVER_POOL: readonly PoolRow[] = [
  ["dgx-a100", "NVIDIA A100", 8, 40, 600, 200, 22.0, 1],
  ["v100-node", "NVIDIA V100", 4, 32, 300, 100, 9.8, 3],
  ["v100-old", "NVIDIA V100", 8, 16, 300, 100, 15.5, 2],
  ["l40s-pair", "NVIDIA L40S", 2, 48, 32, 100, 5.2, 3],
  ["a40-node", "NVIDIA A40", 4, 48, 112, 100, 5.4, 2],
  ["a10g-node", "NVIDIA A10G", 4, 24, 32, 50, 5.67, 3],
  ["gaming", "NVIDIA RTX 4090", 2, 24, 32, 25, 1.7, 5],
];

/** Small machines behind a slow network, some with numbers of GPUs that are no powers of two. */
export const ODD_POOL: readonly PoolRow[] = [
  ["three-v100", "NVIDIA V100", 3, 32, 64, 25, 6.6, 3],
  ["six-t4", "Tesla T4", 6, 16, 16, 25, 3.1, 3],
  ["six-l20", "NVIDIA L20", 6, 48, 32, 50, 6.2, 2],
  ["one-a40", "NVIDIA A40", 1, 48, 32, 10, 1.25, 4],
  ["two-4090", "NVIDIA RTX 4090", 2, 24, 32, 10, 1.5, 4],
];

/** Single cheap GPUs and pairs of them. */
export const CHEAP_POOL: readonly PoolRow[] = [
  ["t4", "Tesla T4", 1, 16, 16, 25, 0.53, 8],
  ["t4.4", "Tesla T4", 4, 16, 16, 50, 3.91, 4],
  ["a10g", "NVIDIA A10G", 1, 24, 32, 25, 1.01, 8],
  ["4090", "NVIDIA RTX 4090", 1, 24, 32, 10, 0.69, 8],
  ["4090.2", "NVIDIA RTX 4090", 2, 24, 32, 20, 1.38, 4],
  ["l40s", "NVIDIA L40S", 1, 48, 32, 100, 1.86, 4],
];
