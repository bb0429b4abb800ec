import type { Model } from "../../model/model.ts";

/** Layers of each kind, by position in the architecture's kinds. */
type LayerMix = readonly number[];

/** What runs of one length can hold. */
interface RunMixes {
  /** Of runs that do not end the model: each mix once. */
  readonly inside: readonly LayerMix[];
  /** Of the run that ends the model. */
  readonly last: LayerMix;
  /** First layers, from 1, of runs that stand for all of the length: one for each mix, and those at the ends of the model. */
  readonly starts: readonly number[];
}

/** Mixes of kinds that runs of layers of a model hold, by the number of layers from 0 to L. */
export interface ModelRuns {
  readonly layers: number;
  readonly mixes: readonly RunMixes[];
  /** The kind of all layers where there is one only; null where there are several. */
  readonly onlyKind: number | null;
}

const known = new WeakMap<Model, ModelRuns>();

/** The mixes of a model, made once. */
export function modelRuns(model: Model): ModelRuns {
  let runs = known.get(model);
  if (!runs) {
    runs = runsOf(model.architecture.kindOf, model.architecture.kinds.length);
    known.set(model, runs);
  }
  return runs;
}

function runsOf(kindOf: readonly number[], kinds: number): ModelRuns {
  const layers = kindOf.length;
  const counts: number[][] = [new Array<number>(kinds).fill(0)];
  for (const kind of kindOf) {
    const next = [...counts.at(-1)!];
    next[kind]!++;
    counts.push(next);
  }
  const between = (from: number, to: number): LayerMix =>
    counts[to]!.map((count, kind) => count - counts[from]![kind]!);
  const isAlike = new Set(kindOf).size === 1;
  const mixes: RunMixes[] = [];
  for (let size = 0; size <= layers; size++) {
    const inside = new Map<string, { readonly mix: LayerMix; readonly start: number }>();
    for (let before = 0; before + size < layers; before++) {
      const mix = between(before, before + size);
      const key = mix.join();
      // The first layer has the embedding beside it: a run behind it stands for less.
      if (!inside.has(key) || inside.get(key)!.start === 1)
        inside.set(key, { mix, start: before + 1 });
      if (isAlike && before > 0) break;
    }
    const all = [...inside.values()];
    mixes.push({
      inside: all.map(({ mix }) => mix),
      last: between(layers - size, layers),
      starts: [...new Set([...all.map(({ start }) => start), layers - size + 1])],
    });
  }
  return { layers, mixes, onlyKind: isAlike ? kindOf[0]! : null };
}
