import type { MemoryBill } from "../cost/cost-model.ts";
import { InputError } from "../errors.ts";
import { placementPoint } from "../placement/evaluate.ts";
import { memoryShape } from "../placement/longest-request.ts";
import { type Placement, parseInstanceName } from "../placement/placement.ts";
import type { Problem } from "../placement/problem.ts";
import { rateService } from "../placement/rate-service.ts";

/** The most sequences that an engine is told to run at once. */
export interface SequenceLimit {
  readonly most: number;
  /** Of the plan. */
  readonly planned: number;
  /** Where the rest comes from, in words. */
  readonly from: string;
  /** Tokens that the KV cache holds with so many; null where it is not predicted. */
  readonly kvCacheTokens: number | null;
  readonly note: string | null;
}

/** What a user chooses of the sequences. */
export interface SequenceChoices {
  /** --max-num-seqs; absent or null: planned and bursts. */
  readonly maxSequences?: number | null;
  /** --burst-headroom, share of the planned sequences (0.25: a quarter more); absent or null: by the rule. */
  readonly burstHeadroom?: number | null;
}

/** Standard deviations of a number of independent requests (Poisson: the square root of their mean) that are left for bursts. */
const BURST_DEVIATIONS = 3;

/**
 * Sequences that an engine takes at once: the planned ones and room for bursts. Requests that come on their own number now more and
 * now less than their mean n; the standard deviation is √n. More sequences need larger buffers: the room ends where the planned
 * sequences would no longer have their KV cache, and at the tokens of a step, of which each sequence needs one.
 * @throws InputError for more sequences than tokens of a step
 */
export function sequenceLimit(
  problem: Problem,
  placement: Placement,
  maxBatchedTokens: number,
  { maxSequences = null, burstHeadroom = null }: SequenceChoices,
): SequenceLimit {
  const planned = placement.batch_size;
  const bills: Bills = (sequences) => stageMemory(problem, placement, sequences);
  const answer = (most: number, from: string, note: string | null): SequenceLimit => ({
    most,
    planned,
    from,
    kvCacheTokens: kvCacheOf(bills(most)),
    note,
  });
  if (maxSequences !== null) {
    if (maxSequences > maxBatchedTokens) {
      throw new InputError(
        "--max-num-seqs",
        `${maxSequences} sequences are more than the ${maxBatchedTokens} tokens of a step, of which each needs one.`,
        `Give at most ${maxBatchedTokens}, or raise --max-num-batched-tokens.`,
      );
    }
    const note = !holdsPlanned(bills, planned, maxSequences)
      ? `buffers for ${maxSequences} sequences leave too little KV cache for the ${planned} that are planned.`
      : maxSequences < planned
        ? `the engine runs at most ${maxSequences} sequences, fewer than the ${planned} of the plan.`
        : null;
    return answer(maxSequences, "as given, --max-num-seqs", note);
  }
  const { wanted, from } =
    burstHeadroom === null
      ? roomForBursts(problem, placement)
      : {
          wanted: Math.ceil(planned * (1 + burstHeadroom) * (1 - 1e-12)),
          from: "as given, --burst-headroom",
        };
  const most = Math.max(planned, mostThatHolds(bills, planned, Math.min(wanted, maxBatchedTokens)));
  const note =
    most < wanted
      ? `there is room for ${most - planned} sequences of bursts, not ${wanted - planned}: ${most === maxBatchedTokens ? "each needs a token of a step" : "buffers for more take KV cache of the planned ones"}.`
      : null;
  return answer(most, from, note);
}

/**
 * Sequences that bursts need. At a rate of requests the plan is for the few that are then in flight, and a burst may use all that the
 * placement serves at its capacity.
 */
function roomForBursts(
  problem: Problem,
  placement: Placement,
): { readonly wanted: number; readonly from: string } {
  const planned = placement.batch_size;
  const spread = planned + Math.ceil(BURST_DEVIATIONS * Math.sqrt(planned));
  const isAtRate = problem.workload.load?.kind === "request_rate";
  const service = isAtRate ? rateService(problem, placement) : null;
  const atCapacity = service?.atCapacity.placement.batch_size ?? 0;
  return atCapacity > spread
    ? { wanted: atCapacity, from: "what the placement serves at its capacity" }
    : { wanted: spread, from: `${BURST_DEVIATIONS} standard deviations of independent arrivals` };
}

/** The memory of all stages of a placement with buffers for so many sequences. */
export function stageMemory(
  problem: Problem,
  placement: Placement,
  sequences: number,
): readonly MemoryBill[] {
  const { stages } = placement;
  const point = placementPoint({ ...placement, batch_size: sequences }, problem.workload);
  return stages.map((stage) => {
    const type = problem.pool.byName.get(parseInstanceName(stage.gpu_type)!.typeName)!;
    const shape = memoryShape(type.instance, stage, stages.length);
    return problem.costModel.memory(shape, point);
  });
}

type Bills = (sequences: number) => readonly MemoryBill[];

/** Whether the planned sequences have their KV cache beside the buffers of more. */
function holdsPlanned(bills: Bills, planned: number, sequences: number): boolean {
  const needed = bills(planned);
  return bills(sequences).every(
    ({ capacityGib, totalGib, kvCacheGib, kvCapacityTokens }, stage) =>
      kvCapacityTokens === null ||
      needed[stage]!.kvCacheGib <= (capacityGib - totalGib + kvCacheGib) * (1 + 1e-9),
  );
}

function mostThatHolds(bills: Bills, planned: number, wanted: number): number {
  if (holdsPlanned(bills, planned, wanted)) return wanted;
  let [low, high] = [planned, wanted];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holdsPlanned(bills, planned, middle)) low = middle;
    else high = middle;
  }
  return low;
}

function kvCacheOf(bills: readonly MemoryBill[]): number | null {
  let least = Number.POSITIVE_INFINITY;
  for (const { kvCapacityTokens } of bills) {
    if (kvCapacityTokens === null) return null;
    least = Math.min(least, kvCapacityTokens);
  }
  return least;
}
