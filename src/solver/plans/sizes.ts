import type { OptionAtRate } from "../stages/candidates-at-rate.ts";

/**
 * Sizes for stages that may stand in any order. Where every size from the smallest to the largest is allowed it is the smallest ones,
 * to which layers are added later (order/any-order.ts); else sizes that add up to `layers`, the slowest stage as fast as it can be:
 *
 *   R(k, l) = max over sizes n of stage k:  min(rate(n), R(k − 1, l − n))
 *
 * @param counts stages of each option
 * @returns the sizes of each option's stages; null when none add up
 */
export function sizesOfAll(
  options: readonly OptionAtRate[],
  counts: readonly number[],
  layers: number,
): readonly (readonly number[])[] | null {
  const sum = (of: (option: OptionAtRate) => number): number =>
    options.reduce((total, option, i) => total + counts[i]! * of(option), 0);
  if (sum(({ smallest }) => smallest) > layers || sum(({ largest }) => largest) < layers)
    return null;
  if (options.every(({ contiguous }) => contiguous)) {
    return options.map(({ smallest }, i) => new Array<number>(counts[i]!).fill(smallest));
  }
  const stages = counts.flatMap((count, i) => new Array<number>(count).fill(i));
  let fastest = new Float64Array(layers + 1).fill(Number.NEGATIVE_INFINITY);
  fastest[0] = Number.POSITIVE_INFINITY;
  const chosen: Int32Array[] = [];
  for (const i of stages) {
    const { sizes, starts } = options[i]!;
    const { rates } = starts.table.lists[0]!;
    const next = new Float64Array(layers + 1).fill(Number.NEGATIVE_INFINITY);
    const size = new Int32Array(layers + 1);
    for (const [n, own] of sizes.entries()) {
      for (let l = own; l <= layers; l++) {
        const rate = Math.min(rates[n]!, fastest[l - own]!);
        if (rate <= next[l]!) continue;
        next[l] = rate;
        size[l] = own;
      }
    }
    fastest = next;
    chosen.push(size);
  }
  if (fastest[layers] === Number.NEGATIVE_INFINITY) return null;
  const found: number[][] = options.map(() => []);
  let left = layers;
  for (let k = stages.length - 1; k >= 0; k--) {
    const size = chosen[k]![left]!;
    found[stages[k]!]!.push(size);
    left -= size;
  }
  return found;
}
