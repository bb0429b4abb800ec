import { type Builder, ones, type Term } from "../../milp/builder.ts";

/** A stage that would start after `before` layers and may end after `least` … `most` layers of the model. */
interface Start {
  readonly column: number;
  readonly before: number;
  readonly least: number;
  readonly most: number;
}

/**
 * The rows that make starts a partition of the layers.
 *
 *   one stage starts at layer 1:              Σ x_·0 = 1
 *   s_p counts the starts after layer p:      s_p = Σ x_·p, 0 where the model may not be cut
 *   no stage starts inside another's least    s_p + Σ {x_oi : i < p < least_o(i)} ≤ 1
 *   extent:
 *   the next start comes in time:             Σ {x_oi : most_o(i) ≤ e} ≤ Σ {s_p : i < p ≤ e}   for e < L
 *
 * Together: after a start at i of option o no start comes before least_o(i), and one comes by most_o(i) unless the stage
 * may reach layer L; the first of them is where the stage ends.
 */
export class BoundaryRows {
  private readonly starts: Start[] = [];

  constructor(
    private readonly build: Builder,
    private readonly layers: number,
    private readonly allowedCuts: readonly number[] | null,
  ) {}

  /** Sizes after `before` layers as ranges of ends without a gap (ends where the model may not be cut do not count). */
  rangesOf(
    before: number,
    sizes: readonly number[],
  ): { readonly least: number; readonly most: number }[] {
    const ends = sizes.map((size) => before + size);
    if (ends.length === 0) return [];
    const least = ends[0]!;
    const most = ends.at(-1)!;
    let possible = 0;
    for (let end = least; end <= most; end++) if (this.isCut(end)) possible++;
    if (possible === ends.length) return [{ least, most }];
    return ends.map((end) => ({ least: end, most: end }));
  }

  add(column: number, before: number, least: number, most: number): void {
    this.starts.push({ column, before, least, most });
  }

  finish(): readonly number[] {
    const { build, layers, starts } = this;
    const startsAt = Array.from({ length: layers }, (_, before) =>
      starts.filter((start) => start.before === before),
    );
    build.row("start.a0", 1, 1, ones(startsAt[0]!.map(({ column }) => column)));
    const s = startsAt.map((here, before) => {
      if (before === 0) return -1;
      const column = build.column(`s.a${before}`, 0, this.isCut(before) ? 1 : 0, false);
      build.row(`start.a${before}`, 0, 0, [
        ...ones(here.map((start) => start.column)),
        { column, coefficient: -1 },
      ]);
      return column;
    });
    for (let p = 1; p < layers; p++) {
      const inside = starts.filter(({ before, least }) => before < p && p < least);
      if (inside.length === 0) continue;
      build.row(`core.a${p}`, Number.NEGATIVE_INFINITY, 1, [
        { column: s[p]!, coefficient: 1 },
        ...ones(inside.map(({ column }) => column)),
      ]);
    }
    for (const [before, here] of startsAt.entries()) {
      const ends = [...new Set(here.map(({ most }) => most))].filter((end) => end < layers);
      for (const end of ends) {
        const next: Term[] = [];
        for (let p = before + 1; p <= end; p++) next.push({ column: s[p]!, coefficient: -1 });
        build.row(`next.a${before}.e${end}`, Number.NEGATIVE_INFINITY, 0, [
          ...ones(here.filter(({ most }) => most <= end).map(({ column }) => column)),
          ...next,
        ]);
      }
    }
    return s;
  }

  private isCut(after: number): boolean {
    return after === this.layers || this.allowedCuts === null || this.allowedCuts.includes(after);
  }
}
