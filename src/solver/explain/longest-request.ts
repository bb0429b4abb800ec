import { longestRequestTokens } from "../../engines/engine-settings.ts";
import { placementPoint } from "../../placement/evaluate.ts";
import { longestRequestHeld } from "../../placement/longest-request.ts";
import type { Problem } from "../../placement/problem.ts";
import type { Limits } from "../../workload/workload.ts";
import type { Candidate } from "../search/goal.ts";
import type { Relaxation } from "../solution.ts";
import type { WhatIf } from "./what-if.ts";

/** The change that a shorter longest request is. */
const MAX_MODEL_LEN = "max_model_len";

/** The longest request is known to this, relative: no placement holds one that is longer by more. */
const TOLERANCE = 1e-3;

/**
 * The largest max-model-len that leaves a placement within some limits, where the one that is given leaves none; null where it is not
 * given, or not what stands in the way.
 *
 * Bisection: a search either finds a placement, whose KV cache says what it holds, or proves that there is none.
 * @throws ExplanationCut when a limit on time strikes
 */
export async function longestRequest(whatIf: WhatIf, limits: Limits): Promise<Relaxation | null> {
  const { problem, points } = whatIf;
  const given = problem.engine?.maxModelLenTokens ?? null;
  if (given === null || !problem.costModel.withMaxModelLen) return null;
  const engine = { ...problem.engine!, maxModelLenTokens: null };
  const served = Math.max(...points.map((point) => longestRequestTokens(engine, point)));
  if (served >= given) return null;
  const within = (maxModelLenTokens: number): Promise<Candidate | null> =>
    whatIf.any({ ...withMaxModelLen(problem, maxModelLenTokens), limits });
  let best = await within(served);
  if (!best) return null;
  let low = heldBy(problem, best, served, given);
  let high = given;
  while (high - low > 1 && high - low > TOLERANCE * low) {
    const middle = Math.floor((low + high) / 2);
    const found = await within(middle);
    if (found) {
      best = found;
      low = heldBy(problem, found, middle, high);
    } else {
      high = middle;
    }
  }
  return { change: MAX_MODEL_LEN, from: given, to: low, placement: best.placement };
}

function withMaxModelLen(problem: Problem, maxModelLenTokens: number): Partial<Problem> {
  return {
    engine: { ...problem.engine!, maxModelLenTokens },
    costModel: problem.costModel.withMaxModelLen!(maxModelLenTokens),
  };
}

/** What a found placement holds: no less than was asked for, and less than what nothing holds. */
function heldBy(
  problem: Problem,
  { placement }: Candidate,
  asked: number,
  tooLong: number,
): number {
  const point = placementPoint(placement, problem.workload);
  const holds = longestRequestHeld(problem, placement, point);
  return Math.min(Math.max(asked, holds ?? asked), tooLong - 1);
}
