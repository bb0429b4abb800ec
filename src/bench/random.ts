/** A seeded source of uniform numbers in [0, 1), so that a benchmark draws the same choices every time. */
export type Random = () => number;

/** The mulberry32 generator: 32 bits of state, enough to draw benchmark problems and search moves. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** An integer from 0 to below `count`. */
export function drawIndex(random: Random, count: number): number {
  return Math.floor(random() * count);
}

/** One of some items; there has to be one. */
export function drawItem<T>(random: Random, items: readonly T[]): T {
  return items[drawIndex(random, items.length)]!;
}
