import { type Builder, ones } from "../../milp/builder.ts";

/**
 * The rows that make runs of layers, one column each, a partition: a path from boundary to boundary.
 *
 *   one run starts the model:            Σ x_·0 = 1
 *   where one ends another one starts:   s_p = Σ {x that start after layer p} = Σ {x that end after layer p}
 */
export class PathRows {
  private readonly starts: number[][];
  private readonly ends: number[][];

  constructor(
    private readonly build: Builder,
    private readonly layers: number,
  ) {
    this.starts = Array.from({ length: layers + 1 }, () => []);
    this.ends = Array.from({ length: layers + 1 }, () => []);
  }

  rangesOf(
    before: number,
    sizes: readonly number[],
  ): { readonly least: number; readonly most: number }[] {
    return sizes.map((size) => ({ least: before + size, most: before + size }));
  }

  add(column: number, before: number, _least: number, most: number): void {
    this.starts[before]!.push(column);
    this.ends[most]!.push(column);
  }

  finish(): readonly number[] {
    const { build, layers } = this;
    build.row("start.a0", 1, 1, ones(this.starts[0]!));
    const s = [-1];
    for (let p = 1; p < layers; p++) {
      const column = build.column(`s.a${p}`, 0, 1, false);
      s.push(column);
      for (const [name, columns] of [
        ["start", this.starts[p]!],
        ["end", this.ends[p]!],
      ] as const) {
        build.row(`${name}.a${p}`, 0, 0, [...ones(columns), { column, coefficient: -1 }]);
      }
    }
    return s;
  }
}
