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
