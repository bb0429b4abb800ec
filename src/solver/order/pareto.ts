/** Figures of an item in the flat list of all figures. */
const FIGURES = 3;

/**
 * Items of which none is at least as good as another in all of three figures; smaller is better. They stay in the order in which
 * they came, and of equal ones the first stays. Figures lie in one list: most of what comes is covered, and to see that is
 * nearly all of the work.
 *
 * `factor`: an item whose first two figures are larger by no more than this counts as equal; 1 for exact.
 */
export class ParetoSet<Item> {
  readonly items: Item[];
  private readonly figures: number[];

  constructor(first: Item, a: number, b: number, c: number) {
    this.items = [first];
    this.figures = [a, b, c];
  }

  /** Whether an item is at least as good as one with these figures would be. */
  covers(a: number, b: number, c: number, factor: number): boolean {
    const { figures } = this;
    const mostA = a * factor;
    const mostB = b * factor;
    for (let i = 0; i < figures.length; i += FIGURES) {
      if (figures[i]! <= mostA && figures[i + 1]! <= mostB && figures[i + 2]! <= c) return true;
    }
    return false;
  }

  /** Adds an item that no other one covers, and drops those that it covers. */
  add(item: Item, a: number, b: number, c: number, factor: number): void {
    const { items, figures } = this;
    let kept = 0;
    for (let n = 0, i = 0; n < items.length; n++, i += FIGURES) {
      if (a <= figures[i]! * factor && b <= figures[i + 1]! * factor && c <= figures[i + 2]!) {
        continue;
      }
      if (kept < n) this.put(kept, items[n]!, figures[i]!, figures[i + 1]!, figures[i + 2]!);
      kept++;
    }
    this.put(kept, item, a, b, c);
    // Setting a length costs more than all else here, also where it changes nothing.
    if (kept + 1 < items.length) {
      items.length = kept + 1;
      figures.length = FIGURES * (kept + 1);
    }
  }

  private put(n: number, item: Item, a: number, b: number, c: number): void {
    const { items, figures } = this;
    const i = FIGURES * n;
    items[n] = item;
    figures[i] = a;
    figures[i + 1] = b;
    figures[i + 2] = c;
  }
}
