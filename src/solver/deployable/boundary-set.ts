const BITS = 32;

/** A set of boundaries between layers, 0 to L, as a bit field. */
export class BoundarySet {
  private readonly words: Uint32Array;

  /** @param layers L */
  constructor(private readonly layers: number) {
    this.words = new Uint32Array(Math.floor(layers / BITS) + 1);
  }

  add(boundary: number): void {
    this.words[boundary >>> 5]! |= 1 << (boundary & (BITS - 1));
  }

  has(boundary: number): boolean {
    return ((this.words[boundary >>> 5]! >>> (boundary & (BITS - 1))) & 1) === 1;
  }

  /** Takes in all of another set. */
  addAll(other: BoundarySet): void {
    for (let w = 0; w < this.words.length; w++) this.words[w]! |= other.words[w]!;
  }

  /** Those below L, rising, less `before`: the sizes of runs that start there and end before the model does. */
  sizesAfter(before: number): number[] {
    const sizes: number[] = [];
    for (let end = before + 1; end < this.layers; end++)
      if (this.has(end)) sizes.push(end - before);
    return sizes;
  }
}
