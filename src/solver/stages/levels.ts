import { InternalError } from "../../errors.ts";

/**
 * That a rate a formulation can form is a level of its search, or above the fastest stage, where no placement is. A placement
 * whose rate lies between two levels would be jumped over, and what is then called proven would be false.
 * @param levels rising, tokens/s
 * @param what has the rate, for people
 * @throws InternalError when it is none
 */
export function requireLevel(levels: Float64Array, rate: number, what: string): void {
  if (levels.length === 0 || rate > levels.at(-1)! || isAmong(levels, rate)) return;
  throw new InternalError(`${what} can serve ${rate} tokens/s, which is no level of the search.`);
}

function isAmong(rising: Float64Array, wanted: number): boolean {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rising[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return rising[low] === wanted;
}
