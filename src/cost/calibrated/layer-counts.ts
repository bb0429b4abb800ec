import type { Architecture } from "../../model/architecture.ts";
import type { StageContent } from "./memory.ts";

/** Runs remembered before all are forgotten: those of every model for sale are fewer. */
const MOST_RUNS = 20_000;

/** Answers what a run of layers holds, in constant time per kind of layer. */
export class LayerCounts {
  /** before[kind][n]: layers of the kind among the first n. */
  private readonly before: readonly Uint32Array[];
  private readonly layers: number;
  /** By first layer, then number of layers: most runs are asked for again and again, on every group. */
  private known: (StageContent | undefined)[][] = [];
  private size = 0;

  constructor({ kinds, kindOf }: Architecture) {
    this.layers = kindOf.length;
    this.before = kinds.map((_, kind) => {
      const counts = new Uint32Array(kindOf.length + 1);
      for (let n = 0; n < kindOf.length; n++) {
        counts[n + 1] = counts[n]! + (kindOf[n] === kind ? 1 : 0);
      }
      return counts;
    });
  }

  /** @param startLayer first layer of the run, from 1; a run beyond the model's end breaks a rule of its own and ends there */
  content(startLayer: number, layers: number): StageContent {
    return this.known[startLayer]?.[layers] ?? this.remembered(startLayer, layers);
  }

  private remembered(startLayer: number, layers: number): StageContent {
    if (this.size >= MOST_RUNS) {
      this.known = [];
      this.size = 0;
    }
    const content = this.made(startLayer, layers);
    let runs = this.known[startLayer];
    if (!runs) {
      runs = [];
      this.known[startLayer] = runs;
    }
    runs[layers] = content;
    this.size++;
    return content;
  }

  private made(startLayer: number, layers: number): StageContent {
    const from = Math.min(startLayer - 1, this.layers);
    const to = Math.min(startLayer - 1 + layers, this.layers);
    return {
      layersOfKind: this.before.map((counts) => counts[to]! - counts[from]!),
      hasEmbedding: startLayer === 1,
      hasHead: to === this.layers,
    };
  }
}
