import { InputError } from "../errors.ts";
import { placementPoint } from "../placement/evaluate.ts";
import { longestRequestHeld } from "../placement/longest-request.ts";
import type { Placement } from "../placement/placement.ts";
import type { Problem } from "../placement/problem.ts";
import type { LengthMoments } from "../workload/lengths.ts";
import { grouped } from "./words.ts";

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
 * What is given (--max-model-len); else, where lengths are spread, their 99th percentiles together, as far as the model and the KV cache
 * of the plan take them; else a request of the plan.
 * @throws InputError for a limit below the placement's own lengths
 */
export function longestRequest(problem: Problem, placement: Placement): LongestRequest {
  const served = placement.sequence_length + placement.output_length;
  const given = problem.engine?.maxModelLenTokens ?? null;
  if (given !== null) {
    if (given >= served) return { tokens: given, from: "as given, --max-model-len", note: null };
    throw new InputError(
      "--max-model-len",
      `${given} tokens are fewer than the ${served} of a request of the placement.`,
      `Give at least ${served}.`,
    );
  }
  const { inputTokens, outputTokens, inputLengths, outputLengths } = problem.workload;
  const input = p99Of(placement.sequence_length, inputTokens, inputLengths);
  const output = p99Of(placement.output_length, outputTokens, outputLengths);
  const wanted = input + output;
  if (wanted <= served) {
    return {
      tokens: served,
      from: "a request of the plan; give --max-model-len where some are longer",
      note: null,
    };
  }
  const from = `99th percentiles of the lengths, ${grouped(input)} input and ${grouped(output)} output tokens`;
  const bound = boundOf(problem, placement);
  if (bound === null || bound.tokens >= wanted) return { tokens: wanted, from, note: null };
  const tokens = Math.max(served, bound.tokens);
  return {
    tokens,
    from: bound.from,
    note: `requests of more than ${grouped(tokens)} tokens are refused: ${bound.from}. The 99th percentiles of the lengths add up to ${grouped(wanted)}; give --max-model-len ${wanted} to plan for them.`,
  };
}

/** Lengths spread where they are the workload's. */
function p99Of(tokens: number, mean: number | null, lengths: LengthMoments | undefined): number {
  return lengths && tokens === mean ? Math.max(tokens, Math.ceil(lengths.p99Tokens)) : tokens;
}

/** The smaller of what the model is made for and what the KV cache of the plan holds; null where neither is known. */
function boundOf(
  problem: Problem,
  placement: Placement,
): { readonly tokens: number; readonly from: string } | null {
  const context = problem.model.maxContextTokens ?? Number.POSITIVE_INFINITY;
  const point = placementPoint(placement, problem.workload);
  const held = longestRequestHeld(problem, placement, point) ?? Number.POSITIVE_INFINITY;
  const tokens = Math.min(context, held);
  if (tokens === Number.POSITIVE_INFINITY) return null;
  return {
    tokens,
    from:
      held < context
        ? "the KV cache of the plan holds no longer one"
        : "the model is made for no longer ones (max_position_embeddings)",
  };
}
