import type { Builder, Term } from "../../milp/builder.ts";
import { type Facet, lowerHull } from "../bounds/lower-hull.ts";
import { type LatencyBudget, latenciesOf } from "../stages/latency-budget.ts";
import { forEachRun, type Position, type StartsAtRate } from "../stages/starts-at-rate.ts";
import { type LatencyKind, limitedLatencies, withoutNothing } from "./latency-rows.ts";

/** A relaxation may be a little wider than what it relaxes: rounding then cuts nothing off. */
const WIDER = 1 + 1e-7;

/**
 * The latency rows of the cover relaxation. The stages of an option at a position hold z layers together; what they add to a
 * latency is at least what the lower hull of their latencies says:
 *
 *   Σ z = L,   t ≥ perLayer·z + perStage·x for every facet,   Σ t ≤ limit
 *
 * A latency of one facet needs no column t. Where sizes have gaps each size has stages of its own, and z = n·x.
 */
export class CoverLatency {
  private readonly kinds: readonly LatencyKind[];
  private readonly layerTerms: Term[] = [];
  private readonly latencyTerms: Term[][];

  constructor(
    private readonly build: Builder,
    private readonly layers: number,
    budget: LatencyBudget | null,
  ) {
    this.kinds = limitedLatencies(budget);
    this.latencyTerms = this.kinds.map(() => []);
  }

  /** Adds the columns that count the stages of an option at a position. */
  addStages(name: string, position: Position, starts: StartsAtRate, most: number): number[] {
    if (this.kinds.length === 0) return [this.build.column(`x.${name}`, 0, most)];
    const sizes = new Set<number>();
    forEachRun(starts, position, (_before, size) => sizes.add(size));
    const least = Math.min(...sizes);
    const largest = Math.max(...sizes);
    if (sizes.size < largest - least + 1 || sizes.size === 1) {
      return [...sizes]
        .sort((a, b) => a - b)
        .map((size) => this.addSize(name, position, starts, size, most));
    }
    const x = this.build.column(`x.${name}`, 0, most);
    const z = this.build.column(`z.${name}`, 0, Math.min(this.layers, most * largest));
    this.build.row(`${name}.least`, 0, Number.POSITIVE_INFINITY, [
      { column: z, coefficient: 1 },
      { column: x, coefficient: -least },
    ]);
    this.build.row(`${name}.most`, Number.NEGATIVE_INFINITY, 0, [
      { column: z, coefficient: 1 },
      { column: x, coefficient: -largest },
    ]);
    this.layerTerms.push({ column: z, coefficient: 1 });
    for (const [k, kind] of this.kinds.entries()) {
      this.addHull(name, kind, lowerHull(this.smallest(kind, position, starts)), x, z, k);
    }
    return [x];
  }

  finish(): void {
    if (this.kinds.length === 0) return;
    this.build.row("layers", this.layers, this.layers, this.layerTerms);
    for (const [k, { name, most }] of this.kinds.entries()) {
      const terms = withoutNothing(this.latencyTerms[k]!);
      this.build.row(name, Number.NEGATIVE_INFINITY, most * WIDER, terms);
    }
  }

  private addSize(
    name: string,
    position: Position,
    starts: StartsAtRate,
    size: number,
    most: number,
  ): number {
    const column = this.build.column(`x.${name}.n${size}`, 0, most);
    this.layerTerms.push({ column, coefficient: size });
    for (const [k, kind] of this.kinds.entries()) {
      const coefficient = this.smallest(kind, position, starts).get(size)!;
      this.latencyTerms[k]!.push({ column, coefficient });
    }
    return column;
  }

  /** The smallest latency of each size, whatever the start. */
  private smallest(
    kind: LatencyKind,
    position: Position,
    starts: StartsAtRate,
  ): ReadonlyMap<number, number> {
    const smallest = new Map<number, number>();
    const latencies = latenciesOf(starts.table);
    forEachRun(starts, position, (before, size) => {
      const latency = kind.scaled(latencies, before, size);
      if (!(latency >= (smallest.get(size) ?? Number.POSITIVE_INFINITY))) {
        smallest.set(size, latency);
      }
    });
    return smallest;
  }

  private addHull(
    name: string,
    kind: LatencyKind,
    facets: readonly Facet[],
    x: number,
    z: number,
    k: number,
  ): void {
    const terms = this.latencyTerms[k]!;
    if (facets.length === 1) {
      const { perLayer, perStage } = facets[0]!;
      terms.push({ column: z, coefficient: perLayer }, { column: x, coefficient: perStage });
      return;
    }
    const t = this.build.column(`${kind.name}.${name}`, 0, Number.POSITIVE_INFINITY, false);
    terms.push({ column: t, coefficient: 1 });
    for (const [f, { perLayer, perStage }] of facets.entries()) {
      const row = withoutNothing([
        { column: t, coefficient: 1 },
        { column: z, coefficient: -perLayer },
        { column: x, coefficient: -perStage },
      ]);
      this.build.row(`${kind.name}.${name}.f${f}`, 0, Number.POSITIVE_INFINITY, row);
    }
  }
}
