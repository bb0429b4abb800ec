import type { SizeRates } from "../stages/size-rates.ts";
import { alikeTable } from "../stages/start-table.ts";
import { type StartsAtRate, startsAtRate } from "../stages/starts-at-rate.ts";

/** The nodes of stages that are alike wherever they start: a node of k stages holds as many layers as they hold together. */
export function foldStarts({ table, minRate, sizes }: StartsAtRate, times: number): StartsAtRate {
  const layers = table.toEnd.length;
  const stage = { sizes: sizes[0]!, rates: table.lists[0]!.rates };
  return startsAtRate(alikeTable(foldSizes(stage, times, layers), layers, null), minRate);
}

/** Sums of exactly `times` sizes up to `most`, each as fast as the largest of its sizes where that is as small as can be. */
export function foldSizes({ sizes, rates }: SizeRates, times: number, most: number): SizeRates {
  const smallest = sizes[0] ?? 1;
  if ((sizes.at(-1) ?? 0) - smallest + 1 === sizes.length) {
    const sums = [];
    for (let n = smallest * times; n <= Math.min(most, sizes.at(-1)! * times); n++) sums.push(n);
    return { sizes: sums, rates: sums.map((n) => rates[Math.ceil(n / times) - smallest]!) };
  }
  // By sum: the position of the largest size.
  let largest = new Map([[0, 0]]);
  for (let n = 0; n < times; n++) {
    const next = new Map<number, number>();
    for (const [sum, position] of largest) {
      for (const [i, size] of sizes.entries()) {
        if (sum + size > most) break;
        const worst = Math.max(position, i);
        if (worst < (next.get(sum + size) ?? Number.POSITIVE_INFINITY)) next.set(sum + size, worst);
      }
    }
    largest = next;
  }
  const sums = [...largest].sort(([a], [b]) => a - b);
  return {
    sizes: sums.map(([sum]) => sum),
    rates: sums.map(([, position]) => rates[position]!),
  };
}
