/** Sums of exactly `times` sizes, rising, up to `most`. `sizes`: rising. */
export function foldSizes(
  sizes: readonly number[],
  times: number,
  most: number,
): readonly number[] {
  if (times === 1) return sizes;
  const smallest = sizes[0]!;
  const largest = sizes.at(-1)!;
  if (largest - smallest + 1 === sizes.length) {
    const first = smallest * times;
    const last = Math.min(most, largest * times);
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
  }
  let sums = new Set([0]);
  for (let n = 0; n < times; n++) {
    const next = new Set<number>();
    for (const sum of sums) {
      for (const size of sizes) if (sum + size <= most) next.add(sum + size);
    }
    sums = next;
  }
  return [...sums].sort((a, b) => a - b);
}
