/** Stages that can carry the same segments: sizes by the number of layers before the stage. */
export type SegmentSizes = (before: number) => readonly number[];

/** A stage of a realised order. */
export interface OrderedStage {
  /** Position in the list of groups. */
  readonly group: number;
  /** Layers before the stage. */
  readonly before: number;
}

/**
 * Whether `stages` stages, taken from groups with so many copies each, can be put in an order that covers all layers
 * exactly; returns one such order, or null when there is none.
 *
 * Dynamic program over the number of stages and the copies used so far (groups with at least `stages` copies need not be
 * counted): the set of boundaries that can be reached.
 *
 * @returns "too_large" when there are more states than `mostStates`
 */
export function realizeOrder(
  groups: readonly SegmentSizes[],
  copies: readonly number[],
  stages: number,
  layers: number,
  mostStates = 20_000,
): readonly OrderedStage[] | null | "too_large" {
  const usable = groups.flatMap((_, group) => (copies[group]! > 0 ? [group] : []));
  const counted = usable.filter((group) => copies[group]! < stages);
  const start: State = { used: counted.map(() => 0), from: new Map([[0, null]]) };
  let front = new Map<string, State>([[start.used.join(), start]]);
  let states = 1;
  for (let stage = 1; stage <= stages; stage++) {
    const next = new Map<string, State>();
    for (const state of front.values()) {
      for (const group of usable) {
        const slot = counted.indexOf(group);
        if (slot >= 0 && state.used[slot]! >= copies[group]!) continue;
        const used = slot < 0 ? state.used : state.used.with(slot, state.used[slot]! + 1);
        const key = used.join();
        let target = next.get(key);
        if (!target) {
          target = { used, from: new Map() };
          next.set(key, target);
          states++;
          if (states > mostStates) return "too_large";
        }
        for (const before of state.from.keys()) {
          for (const size of groups[group]!(before)) {
            const end = before + size;
            if (end > layers || target.from.has(end)) continue;
            target.from.set(end, { state, group, before });
          }
        }
      }
    }
    front = next;
  }
  for (const state of front.values()) {
    if (!state.from.has(layers)) continue;
    const order: OrderedStage[] = [];
    let at: State = state;
    let end = layers;
    for (let step = at.from.get(end); step; step = at.from.get(end)) {
      order.unshift({ group: step.group, before: step.before });
      at = step.state;
      end = step.before;
    }
    return order;
  }
  return null;
}

/** Copies used of the counted groups, and the boundaries that can be reached with them. */
interface State {
  readonly used: readonly number[];
  readonly from: Map<number, Step | null>;
}

/** How a boundary was reached. */
interface Step {
  readonly state: State;
  readonly group: number;
  readonly before: number;
}
