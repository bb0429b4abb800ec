import { InternalError } from "../../errors.ts";
import type { LatencyBudget } from "../stages/latency-budget.ts";
import type { LatencyPair } from "../stages/start-table.ts";
import { ParetoSet } from "./pareto.ts";

/** What the stages up to a boundary between layers add up to, and how they lead there. */
export interface Label extends LatencyPair {
  /** The largest of what each stage counts alone, say its layers. */
  readonly largest: number;
  /** The layers before the boundary. */
  readonly boundary: number;
  /** The move whose stage ends at the boundary, and the label that it starts from; null at the start. */
  readonly move: number;
  readonly previous: Label | null;
}

/** A stage of a path: its move, the layers before it, and its own. */
export interface PathStage {
  readonly move: number;
  readonly before: number;
  readonly size: number;
}

/** Told of a run of layers that a stage may hold: where it ends, and what it adds to a label. */
export type Visit = (
  boundary: number,
  ttftSeconds: number,
  tpotSeconds: number,
  largest: number,
) => void;

/** One kind of stage that may come next. */
export interface Move {
  /** Names the move in labels and to `next`. */
  readonly id: number;
  /** Visits the runs of layers that the stage may hold behind a boundary. */
  readonly forEachRun: (before: number, visit: Visit) => void;
}

/** What is searched: all ways of cutting layers into some number of stages. */
export interface LabelQuestion<State> {
  /** Layers of the model. No stage starts behind all of them. */
  readonly layers: number;
  /** The boundary where the first stage starts. */
  readonly start: number;
  readonly stages: number;
  /** What may stand as the stage of a number, from 0. */
  readonly movesOf: (stage: number) => readonly Move[];
  /** What is used up before the first stage, and with one more; null where a move may not follow. */
  readonly initial: State;
  readonly next: (state: State, move: number) => State | null;
  /** A name for what is used up: equal names, equal futures. */
  readonly keyOf: (state: State) => string;
  /** Sums above its limits lead nowhere; null: any may. */
  readonly budget: Pick<LatencyBudget, "ttftSeconds" | "tpotSeconds"> | null;
  /** A label is dropped for one that is larger by no more than this, relative; 0 when absent. */
  readonly tolerance?: number;
  /** More states, or labels, than this are not looked at. */
  readonly most?: { readonly states: number; readonly labels: number };
}

/** How the boundaries can be reached by as many stages as were asked for, with one state. */
export class Front {
  /** Those that can be reached, in the order in which they were found. */
  readonly boundaries: number[] = [];
  private readonly byBoundary: (ParetoSet<Label> | undefined)[] = [];

  /** The labels of a boundary of which none is at least as good as another; none where it cannot be reached. */
  labels(boundary: number): readonly Label[] {
    return this.byBoundary[boundary]?.items ?? [];
  }

  /** Whether a label is at least as good as one with these figures would be. */
  covers(boundary: number, ttft: number, tpot: number, largest: number, factor: number): boolean {
    return this.byBoundary[boundary]?.covers(ttft, tpot, largest, factor) ?? false;
  }

  /** Adds a label that no other one covers. */
  add(label: Label, factor: number): void {
    const { boundary, ttftSeconds, tpotSeconds, largest } = label;
    const labels = this.byBoundary[boundary];
    if (labels) {
      labels.add(label, ttftSeconds, tpotSeconds, largest, factor);
      return;
    }
    this.byBoundary[boundary] = new ParetoSet(label, ttftSeconds, tpotSeconds, largest);
    this.boundaries.push(boundary);
  }
}

/**
 * The one search over boundaries between layers: a label-setting dynamic program for shortest paths with resource constraints.
 * A stage is an arc from the boundary where it starts to the one where it ends; a label is what a path has added up.
 *
 *   W_0(u₀, start) = {0}
 *   W_n(v, e) = Pareto {w ⊕ c(m, b, e) : w ∈ W_{n−1}(u, b), m a move of stage n, v = next(u, m), (b, e) a run of m}
 *   (ttft, tpot, largest) ⊕ (ttft', tpot', largest') = (ttft + ttft', tpot + tpot', max(largest, largest'))
 *
 * State: the number of stages n, the boundary e, and what the caller says of the past that limits the future (u: copies used, an
 * instance that the next stage has to stand on). A label is dropped when another one of the same state is at least as good in all
 * three figures. That is exact: whatever can follow one label can follow the other, and ⊕ never falls nor swaps an order, so the
 * same stages behind the better label are at least as good. A sum over its limit is dropped as well, since no stage adds less
 * than 0. With a tolerance, figures are exact to n times that.
 *
 * Of labels that are equal the first one stays: boundaries are left in the order in which they were reached, moves and runs are
 * tried in theirs.
 *
 * @returns the fronts of all states that can be reached; "too_large" when there is more to look at than `most`
 */
export function labelSearch<State>(question: LabelQuestion<State>): readonly Front[] | "too_large" {
  const { layers, start, stages, movesOf, initial, keyOf } = question;
  const mostTtftSeconds = question.budget?.ttftSeconds ?? Number.POSITIVE_INFINITY;
  const mostTpotSeconds = question.budget?.tpotSeconds ?? Number.POSITIVE_INFINITY;
  const { states: mostStates, labels: mostLabels } = question.most ?? UNLIMITED;
  const factor = 1 + (question.tolerance ?? 0);
  let states = 1;
  let added = 1;
  let from: readonly Label[] = [];
  let target = new Front();
  let move = 0;
  const visit: Visit = (boundary, ttft, tpot, stageLargest) => {
    for (const previous of from) {
      const ttftSeconds = previous.ttftSeconds + ttft;
      const tpotSeconds = previous.tpotSeconds + tpot;
      if (ttftSeconds > mostTtftSeconds || tpotSeconds > mostTpotSeconds) continue;
      const largest = Math.max(stageLargest, previous.largest);
      if (target.covers(boundary, ttftSeconds, tpotSeconds, largest, factor)) continue;
      target.add({ ttftSeconds, tpotSeconds, largest, boundary, move, previous }, factor);
      added++;
    }
  };
  const origin = new Front();
  const nothing = { ttftSeconds: 0, tpotSeconds: 0, largest: 0 };
  origin.add({ ...nothing, boundary: start, move: -1, previous: null }, factor);
  let reached = new Map([[keyOf(initial), { state: initial, front: origin }]]);
  for (let stage = 0; stage < stages; stage++) {
    const next: typeof reached = new Map();
    const moves = movesOf(stage);
    for (const { state, front } of reached.values()) {
      for (const each of moves) {
        const after = question.next(state, each.id);
        if (after === null) continue;
        const key = keyOf(after);
        let known = next.get(key);
        if (!known) {
          known = { state: after, front: new Front() };
          next.set(key, known);
          states++;
          if (states > mostStates) return "too_large";
        }
        target = known.front;
        move = each.id;
        for (const boundary of front.boundaries) {
          if (boundary === layers) continue;
          from = front.labels(boundary);
          each.forEachRun(boundary, visit);
        }
        if (added > mostLabels) return "too_large";
      }
    }
    reached = next;
  }
  return [...reached.values()].map(({ front }) => front);
}

const UNLIMITED = { states: Number.POSITIVE_INFINITY, labels: Number.POSITIVE_INFINITY };

/** The front where nothing of the past but the boundary limits what may follow. */
export function labelFront(
  question: Omit<LabelQuestion<number>, "initial" | "next" | "keyOf" | "most">,
): Front {
  const free = { initial: 0, next: () => 0, keyOf: () => "" };
  const fronts = labelSearch({ ...question, ...free });
  if (fronts === "too_large") throw new InternalError("a label search stopped without a limit.");
  return fronts[0] ?? new Front();
}

/** The stages that lead to a label, first to last. */
export function pathTo(last: Label): PathStage[] {
  const path: PathStage[] = [];
  for (let label = last; label.previous; label = label.previous) {
    const before = label.previous.boundary;
    path.push({ move: label.move, before, size: label.boundary - before });
  }
  return path.reverse();
}
