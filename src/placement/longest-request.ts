import { type HeldShape, tpGroup } from "../cost/cost-model.ts";
import { longestRequestTokens } from "../engines/engine-settings.ts";
import type { InstanceType } from "../hardware/instance.ts";
import type { OperatingPoint } from "../workload/workload.ts";
import type { Violation } from "./evaluation.ts";
import { type Placement, type PlacementStage, parseInstanceName } from "./placement.ts";
import type { Problem } from "./problem.ts";

/** A stage as far as memory is concerned: its GPUs' bandwidth plays no part. */
export function memoryShape(
  instance: InstanceType,
  { tp_degree, start_layer, end_layer }: PlacementStage,
  pipelineStages: number,
): HeldShape {
  return {
    instance,
    ...tpGroup(tp_degree),
    layers: end_layer - start_layer + 1,
    startLayer: start_layer,
    pipelineStages,
  };
}

/** The longest request of an engine beside what the KV cache of a stage holds, tokens. */
export interface TooLongRequest {
  readonly longest_request_tokens: number;
  readonly kv_cache_holds_tokens: number;
}

/**
 * What is wrong with a stage whose KV cache holds no request as long as the engine is to take, where nothing else keeps the stage from
 * fitting; else null.
 */
export function tooLongRequest(
  { costModel, engine }: Problem,
  shape: HeldShape,
  point: OperatingPoint,
): TooLongRequest | null {
  if (!engine) return null;
  const holds = costModel.longestRequestTokens?.(shape, point) ?? null;
  const longest = longestRequestTokens(engine, point);
  return holds !== null && holds < longest
    ? { longest_request_tokens: longest, kv_cache_holds_tokens: holds }
    : null;
}

/**
 * Completes the messages of stages whose KV cache is too small, which so far say where: the stage with the least room says what the
 * pipeline can take.
 */
export function nameLongestRequest(
  { engine }: Problem,
  point: OperatingPoint,
  violations: Violation[],
): void {
  const held = violations.flatMap(({ rule, kv_cache_holds_tokens }) =>
    rule === "above_kv_cache" ? [Number(kv_cache_holds_tokens)] : [],
  );
  if (!engine || held.length === 0) return;
  const asked = askedWords(
    longestRequestTokens(engine, point),
    longestRequestTokens({ ...engine, maxModelLenTokens: null }, point),
    Math.min(...held),
  );
  for (const [index, violation] of violations.entries()) {
    if (violation.rule !== "above_kv_cache") continue;
    const { message: where, kv_cache_holds_tokens: holds } = violation;
    const message = `${where}: the KV cache holds ${holds} tokens, ${asked}`;
    violations[index] = { ...violation, message };
  }
}

/** `served`: tokens of a request of the workload; `fits`: the longest request that the pipeline holds. */
function askedWords(longest: number, served: number, fits: number): string {
  if (longest === served) return `a request has ${longest}; the engine does not start.`;
  const advice =
    fits < served
      ? `Not even the ${served} tokens of a request of the workload fit.`
      : `The largest max-model-len that fits the placement is ${fits}.`;
  return `max-model-len requires room for a request of ${longest}; the engine does not start. ${advice}`;
}

/**
 * The longest request that the KV cache of a placement that fits holds, tokens: the least of its stages. Infinity where it holds any;
 * null where the cost model does not say.
 * @throws TypeError for a placement on instances that the pool does not have
 */
export function longestRequestHeld(
  { costModel, pool }: Problem,
  { stages }: Placement,
  point: OperatingPoint,
): number | null {
  let least = Number.POSITIVE_INFINITY;
  for (const stage of stages) {
    const { instance } = pool.byName.get(parseInstanceName(stage.gpu_type)!.typeName)!;
    const shape = memoryShape(instance, stage, stages.length);
    const holds = costModel.longestRequestTokens?.(shape, point) ?? null;
    if (holds === null) return null;
    least = Math.min(least, holds);
  }
  return least;
}
