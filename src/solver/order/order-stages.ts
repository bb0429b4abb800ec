import type { LatencyBudget } from "../stages/latency-budget.ts";
import {
  innerSizes,
  mayEndModel,
  type Position,
  positionAt,
  type StartsAtRate,
} from "../stages/starts-at-rate.ts";

/** Stages that can carry the same runs of layers at the same position. */
export interface StageGroup {
  readonly position: Position;
  readonly starts: StartsAtRate;
  /** Where the stages stand, where it matters which of them are neighbours on one instance. */
  readonly seat?: Seat;
}

/** Where a stage stands, as far as its next one goes. */
export interface Seat {
  /** Instances that are alike share a number. */
  readonly instanceClass: number;
  /** GPUs of the stage, and of the instance. */
  readonly gpus: number;
  readonly instanceGpus: number;
  /** Whether the next stage has to stand on the same instance. */
  readonly stays: boolean;
}

/** A stage of a realised order. */
export interface OrderedStage {
  /** Position in the list of groups. */
  readonly group: number;
  /** Layers before the stage. */
  readonly before: number;
}

/** More states, or ways of reaching a boundary, than this are not looked at. */
const MOST_STATES = 20_000;
const MOST_WAYS = 1_000_000;

/**
 * Whether `stages` stages, taken from groups with so many copies each, can be put in an order that covers all layers
 * exactly and keeps the budget of latencies; returns one such order, or null when there is none.
 *
 * With seats, a stage that stays is followed by one of the same host, and a run of such stages has room on one instance. Which
 * instance that is remains open: two runs may stand on one or not.
 *
 * Dynamic program over the number of stages and the copies used so far (groups with at least as many copies as their position
 * has stages need not be counted): the boundaries that can be reached, each with the smallest latency sums. With two sums
 * that is every pair that no other is below in both.
 *
 * @returns "too_large" when there is more to look at than is quick
 */
export function orderStages(
  groups: readonly StageGroup[],
  copies: readonly number[],
  stages: number,
  layers: number,
  budget: LatencyBudget | null,
): readonly OrderedStage[] | null | "too_large" {
  const usable = groups.flatMap((_, group) => (copies[group]! > 0 ? [group] : []));
  const slots = slotsOf(groups, usable, copies, stages);
  const start: State = {
    used: slots.counted.map(() => 0),
    run: null,
    ways: new Map([[0, [ORIGIN]]]),
  };
  let front = new Map<string, State>([[start.used.join(), start]]);
  let states = 1;
  let ways = 1;
  for (let stage = 0; stage < stages; stage++) {
    const position = positionAt(stage, stages);
    const here = usable.filter((group) => groups[group]!.position === position);
    const next = new Map<string, State>();
    for (const state of front.values()) {
      for (const group of here) {
        const slot = slots.of[group]!;
        const run = runWith(state.run, groups[group]!.seat);
        if (run === "no_room") continue;
        if (slot >= 0 && state.used[slot]! >= copies[group]!) continue;
        const used = slot < 0 ? state.used : state.used.with(slot, state.used[slot]! + 1);
        const key = run ? `${used.join()} ${run.instanceClass} ${run.gpus}` : used.join();
        let target = next.get(key);
        if (!target) {
          target = { used, run, ways: new Map() };
          next.set(key, target);
          states++;
          if (states > MOST_STATES) return "too_large";
        }
        ways += extend(state.ways, target.ways, groups[group]!, group, layers, budget);
        if (ways > MOST_WAYS) return "too_large";
      }
    }
    front = next;
  }
  for (const state of front.values()) {
    const way = state.ways.get(layers)?.[0];
    if (way) return orderOf(way);
  }
  return null;
}

/** Which groups have to be counted, and where in the list of counts each is kept; −1 for those that need not. */
function slotsOf(
  groups: readonly StageGroup[],
  usable: readonly number[],
  copies: readonly number[],
  stages: number,
): { readonly counted: readonly number[]; readonly of: readonly number[] } {
  const counted = usable.filter(
    (group) => groups[group]!.position === "middle" && copies[group]! < stages - 2,
  );
  return { counted, of: groups.map((_, group) => counted.indexOf(group)) };
}

/** The run that is open behind a stage: its next stage has to stand on the same instance. */
interface OpenRun {
  readonly instanceClass: number;
  readonly gpus: number;
}

function runWith(run: OpenRun | null, seat: Seat | undefined): OpenRun | null | "no_room" {
  if (!seat) return null;
  const gpus = (run?.gpus ?? 0) + seat.gpus;
  if (run && (run.instanceClass !== seat.instanceClass || gpus > seat.instanceGpus))
    return "no_room";
  return seat.stays ? { instanceClass: seat.instanceClass, gpus } : null;
}

/** Copies used of the counted groups, and how each boundary can be reached with them. */
interface State {
  readonly used: readonly number[];
  readonly run: OpenRun | null;
  readonly ways: Map<number, Way[]>;
}

/** One way of reaching a boundary, with the latencies of the stages so far; 0 where they are not limited. */
interface Way {
  readonly ttftSeconds: number;
  readonly tpotSeconds: number;
  readonly previous: Way | null;
  readonly group: number;
  readonly before: number;
}

const ORIGIN: Way = { ttftSeconds: 0, tpotSeconds: 0, previous: null, group: -1, before: 0 };

/** Lets a stage of a group follow every way there is. @returns the number of ways that were added */
function extend(
  from: ReadonlyMap<number, readonly Way[]>,
  to: Map<number, Way[]>,
  { starts, position }: StageGroup,
  group: number,
  layers: number,
  budget: LatencyBudget | null,
): number {
  const { latencies } = starts.table;
  const endsHere = position === "last" || position === "only";
  let added = 0;
  for (const [before, ways] of from) {
    const step = (size: number): void => {
      const end = before + size;
      let there = to.get(end);
      if (!budget || !latencies) {
        // Without latencies one way is as good as another.
        if (there) return;
        to.set(end, [{ ...ORIGIN, previous: ways[0]!, group, before }]);
        added++;
        return;
      }
      const follow = (ttft: number, tpot: number): void => {
        for (const previous of ways) {
          const ttftSeconds = previous.ttftSeconds + ttft;
          const tpotSeconds = previous.tpotSeconds + tpot;
          if (budget.ttftSeconds !== null && ttftSeconds > budget.ttftSeconds) continue;
          if (budget.tpotSeconds !== null && tpotSeconds > budget.tpotSeconds) continue;
          if (!there) {
            there = [];
            to.set(end, there);
          }
          if (insert(there, { ttftSeconds, tpotSeconds, previous, group, before })) added++;
        }
      };
      if (latencies.pairs) {
        for (const pair of latencies.pairs(before, size))
          follow(pair.ttftSeconds, pair.tpotSeconds);
        return;
      }
      follow(
        budget.ttftSeconds === null ? 0 : latencies.ttftSeconds(before, size),
        budget.tpotSeconds === null ? 0 : latencies.tpotSeconds(before, size),
      );
    };
    if (endsHere) {
      if (mayEndModel(starts, before)) step(layers - before);
      continue;
    }
    for (const size of innerSizes(starts, before)) {
      if (before + size >= layers) break;
      step(size);
    }
  }
  return added;
}

/** Adds a way unless another one is at least as good in both latencies; drops those that are no longer of use. */
function insert(ways: Way[], way: Way): boolean {
  for (const other of ways) {
    if (other.ttftSeconds <= way.ttftSeconds && other.tpotSeconds <= way.tpotSeconds) return false;
  }
  let kept = 0;
  for (const other of ways) {
    if (way.ttftSeconds <= other.ttftSeconds && way.tpotSeconds <= other.tpotSeconds) continue;
    ways[kept] = other;
    kept++;
  }
  ways.length = kept;
  ways.push(way);
  return true;
}

function orderOf(last: Way): OrderedStage[] {
  const order: OrderedStage[] = [];
  for (let way: Way = last; way.previous; way = way.previous) {
    order.unshift({ group: way.group, before: way.before });
  }
  return order;
}
