import type { Candidate, CostScale, OptimisticPoint } from "./goal.ts";

/**
 * Sequences in flight per token/s. By Little's law this is the mean time that a request is under way, divided by the tokens of a
 * request, which are the same for all: so the smaller one has the lower latency.
 */
export function latencyOf(batch: number, tokensPerSecond: number): number {
  return batch / tokensPerSecond;
}

/**
 * Ties of an objective are broken by rule: lower latency, fewer GPUs, fewer stages, the smaller batch; then fewer instances, and
 * names. The search proves the first four; within a case, names and the instances before them take a MILP of their own.
 */
export function tieKey(found: Candidate): number[] {
  return [...keyBeforeNames(found), found.instances, found.nameRank];
}

/** What decides ties before names do. */
export function keyBeforeNames({ batch, tokensPerSecond, gpus, stages }: Candidate): number[] {
  return [latencyOf(batch, tokensPerSecond), gpus, stages, batch];
}

/** The best tie key an optimistic point could have. */
export function tiedPoint(optimistic: OptimisticPoint, scale: CostScale): number[] {
  const { cost, batch, tokensPerSecond, stages, nameRank } = optimistic;
  const gpus = scale.gpus(cost);
  const instances = Math.max(1, Math.ceil(gpus / scale.mostGpus));
  return [latencyOf(batch, tokensPerSecond), gpus, stages, batch, instances, nameRank];
}
