import type { Model } from "../../model/model.ts";

/** Layers of each kind, the first and the last layer of the model apart. */
export type LayersOfKind = readonly number[];

/** Runs of one length that differ in their layers. */
export interface RunShapes {
  /** Of runs inside the model: every mix of kinds that some run has; empty where the model has no room for such a run. */
  readonly inside: readonly LayersOfKind[];
  /** First layers, from 1, of runs that stand for all: one for each mix inside, and the runs at the ends of the model. */
  readonly starts: readonly number[];
  /** Of the run that starts the model without its first layer. */
  readonly first: LayersOfKind;
  /** Of the run that ends the model without its last layer. */
  readonly last: LayersOfKind;
}

/** A layer inside the model for each kind that is there, and the mixes of kinds that runs of layers can have. */
export interface ModelRuns {
  readonly layers: number;
  /** For each kind inside the model the position of one layer of it, from 1; the first is layer 2. */
  readonly examples: readonly number[];
  /** Position among `examples` of the kind of layer 3. */
  readonly kindOfThird: number;
  /** By number of layers, from 1 to L − 1. */
  readonly shapes: readonly RunShapes[];
}

/** A model with fewer layers has no two neighbours inside. */
const FEWEST_LAYERS = 4;

const known = new WeakMap<Model, ModelRuns | null>();

/** The mixes of a model, made once; null where it is too short for them. */
export function modelRuns(model: Model): ModelRuns | null {
  let runs = known.get(model);
  if (runs === undefined) {
    const { kindOf } = model.architecture;
    runs = kindOf.length < FEWEST_LAYERS ? null : runsOf(kindOf);
    known.set(model, runs);
  }
  return runs;
}

function runsOf(kindOf: readonly number[]): ModelRuns {
  const layers = kindOf.length;
  const examples: number[] = [];
  const places = new Map<number, number>();
  for (let layer = 1; layer < layers - 1; layer++) {
    const kind = kindOf[layer]!;
    if (places.has(kind)) continue;
    places.set(kind, examples.length);
    examples.push(layer + 1);
  }
  // counts[i]: layers of each kind among those inside the model up to layer i.
  const counts: number[][] = [examples.map(() => 0), examples.map(() => 0)];
  for (let layer = 1; layer < layers - 1; layer++) {
    const next = [...counts.at(-1)!];
    next[places.get(kindOf[layer]!)!]!++;
    counts.push(next);
  }
  const between = (from: number, to: number): LayersOfKind =>
    counts[to]!.map((count, kind) => count - counts[from]![kind]!);
  const shapes: RunShapes[] = [{ inside: [], starts: [], first: [], last: [] }];
  for (let size = 1; size < layers; size++) {
    const inside = new Map<string, { readonly mix: LayersOfKind; readonly start: number }>();
    for (let before = 1; before + size <= layers - 1; before++) {
      const mix = between(before, before + size);
      const key = mix.join();
      if (!inside.has(key)) inside.set(key, { mix, start: before + 1 });
      if (examples.length === 1) break;
    }
    const all = [...inside.values()];
    shapes.push({
      inside: all.map(({ mix }) => mix),
      starts: [...all.map(({ start }) => start), 1, layers - size + 1],
      first: between(1, size),
      last: between(layers - size, layers - 1),
    });
  }
  return { layers, examples, kindOfThird: places.get(kindOf[2]!)!, shapes };
}
