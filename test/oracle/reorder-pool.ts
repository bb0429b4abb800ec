import type { MatrixNetwork } from "../../src/hardware/network.ts";
import { createPool, type Pool, type PoolType } from "../../src/hardware/pool.ts";
import type { Problem } from "../../src/placement/problem.ts";

/** The same problem with the pool's types in another order; a matrix, which numbers GPUs in pool order, moves along. */
export function reorderPool(problem: Problem, types: readonly PoolType[]): Problem {
  const pool = createPool(types);
  const { network } = problem;
  return {
    ...problem,
    pool,
    network: network.kind === "matrix" ? reorderMatrix(network, problem.pool, pool) : network,
  };
}

function reorderMatrix(network: MatrixNetwork, before: Pool, after: Pool): MatrixNetwork {
  const { gpuCount, gBytesPerSecond } = network;
  // Where each GPU of the new numbering was in the old one.
  const old = after.types.flatMap(({ instance, count }) => {
    const { firstGpu } = before.byName.get(instance.name)!;
    return Array.from({ length: count * instance.gpuCount }, (_, gpu) => firstGpu + gpu);
  });
  const moved = old.flatMap((a) => old.map((b) => gBytesPerSecond[a * gpuCount + b]!));
  return { kind: "matrix", gpuCount, gBytesPerSecond: Float64Array.from(moved) };
}
