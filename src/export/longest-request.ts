import { DEFAULT_ENGINE, ENGINE_TABLE } from "../engines/engines.ts";
import { InputError } from "../errors.ts";
import { placementPoint } from "../placement/evaluate.ts";
import { longestRequestHeld } from "../placement/longest-request.ts";
import type { Placement } from "../placement/placement.ts";
import type { Problem } from "../placement/problem.ts";
import type { LengthMoments } from "../workload/lengths.ts";
import { grouped } from "./comment-text.ts";
import { stageMemory } from "./sequences.ts";

/** The longest request that an engine is told to take. */
export interface LongestRequest {
  /** Input and output tokens together. */
  readonly tokens: number;
  /** Where the number comes from, in words. */
  readonly from: string;
  /** What of the workload is longer, in words; null: nothing that is known. */
  readonly note: string | null;
}

/**
 * What is given (--max-model-len); else as much as the model and the KV cache of the plan take, which changes none of the plan's memory.
 * Where one of the two is not known, or the engine keeps KV cache for a whole request from its start on, it is no more than needed: where
 * lengths are spread, their 99th percentiles together; else a request of the plan.
 * @param mostSequences that the engine runs at once: their buffers take memory
 * @throws InputError for a limit below the placement's own lengths
 */
export function longestRequest(
  problem: Problem,
  placement: Placement,
  mostSequences: number,
): LongestRequest {
  const served = placement.sequence_length + placement.output_length;
  const given = problem.engine?.maxModelLenTokens ?? null;
  if (given !== null) {
    if (given >= served) return { tokens: given, from: "as given, --max-model-len", note: null };
    throw new InputError(
      "--max-model-len",
      `${given} tokens are fewer than the ${served} of a request in the placement.`,
      `Give at least ${served}.`,
    );
  }
  const { inputTokens, outputTokens, inputLengths, outputLengths } = problem.workload;
  const input = p99Of(placement.sequence_length, inputTokens, inputLengths);
  const output = p99Of(placement.output_length, outputTokens, outputLengths);
  const wanted = input + output;
  const bound = boundOf(problem, placement, mostSequences);
  if (bound.isFree && bound.tokens >= wanted) {
    return { tokens: bound.tokens, from: bound.from, note: null };
  }
  if (wanted <= served) {
    return {
      tokens: served,
      from: "a request of the plan; give --max-model-len where some are longer",
      note: null,
    };
  }
  if (bound.tokens >= wanted) {
    return {
      tokens: wanted,
      from: `99th percentiles of the lengths, ${grouped(input)} input and ${grouped(output)} output tokens`,
      note: null,
    };
  }
  const tokens = Math.max(served, bound.tokens);
  return {
    tokens,
    from: bound.from,
    note: `requests of more than ${grouped(tokens)} tokens are rejected: ${bound.from}. The 99th percentiles of the lengths add up to ${grouped(wanted)}; give --max-model-len ${wanted} to plan for them.`,
  };
}

/** Lengths spread where they are the workload's. */
function p99Of(tokens: number, mean: number | null, lengths: LengthMoments | undefined): number {
  return lengths && tokens === mean ? Math.max(tokens, Math.ceil(lengths.p99Tokens)) : tokens;
}

interface Bound {
  /** Infinity where nothing is known. */
  readonly tokens: number;
  readonly from: string;
  /** Whether both sides of it are known, and a request takes KV cache only for the tokens that it has. */
  readonly isFree: boolean;
}

/** The smaller of what the model is made for and what the KV cache of the plan holds. */
function boundOf(problem: Problem, placement: Placement, mostSequences: number): Bound {
  const context = problem.model.maxContextTokens ?? Number.POSITIVE_INFINITY;
  const held = heldFor(problem, placement, mostSequences);
  const { memoryRule } = ENGINE_TABLE[problem.engine?.engine ?? DEFAULT_ENGINE];
  return {
    tokens: Math.min(context, held),
    from:
      held < context
        ? "a longer one may not fit into the KV cache of the plan"
        : "the model's maximum (max_position_embeddings)",
    isFree: Math.max(context, held) < Number.POSITIVE_INFINITY && memoryRule === "share_of_total",
  };
}

/**
 * The longest request that the KV cache of a placement holds beside the buffers of so many sequences, also where memory is as far off as it
 * has been measured to be: an engine whose KV cache holds none does not start. Infinity where the cost model does not say.
 */
function heldFor(problem: Problem, placement: Placement, mostSequences: number): number {
  const point = placementPoint(placement, problem.workload);
  let tokens = longestRequestHeld(problem, placement, point) ?? Number.POSITIVE_INFINITY;
  let share = 1;
  for (const bill of stageMemory(problem, placement, mostSequences)) {
    const { kvCapacityTokens, capacityGib, totalGib, kvCacheGib, errorGib = 0 } = bill;
    if (kvCapacityTokens === null) continue;
    tokens = Math.min(tokens, kvCapacityTokens);
    share = Math.min(share, 1 - errorGib / (capacityGib - totalGib + kvCacheGib));
  }
  return Math.floor(tokens * share);
}
