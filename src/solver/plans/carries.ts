import type { OptionAtRate } from "../stages/candidates-at-rate.ts";
import { innerSizes, mayEndModel, type StartsAtRate } from "../stages/starts-at-rate.ts";

/** Whether a stage of one option of a class can hold, wherever it starts, whatever one of another option can. Latencies aside. */
export function carriesAll(better: OptionAtRate, worse: OptionAtRate): boolean {
  if ((better.stays === null) !== (worse.stays === null)) return false;
  return (
    includes(better.starts, worse.starts) &&
    (better.stays === null || includes(better.stays, worse.stays!))
  );
}

function includes(better: StartsAtRate, worse: StartsAtRate): boolean {
  const layers = worse.table.toEnd.length;
  for (let before = 0; before < layers; before++) {
    if (mayEndModel(worse, before) && !mayEndModel(better, before)) return false;
  }
  const seen = new Set<string>();
  for (let before = 0; before < layers; before++) {
    const pair = `${better.table.listOf[before]} ${worse.table.listOf[before]}`;
    if (seen.has(pair)) continue;
    seen.add(pair);
    // Sizes that reach the model's end are passed over for both, so that more of them do not count against either.
    if (!isSubset(innerSizes(worse, before), innerSizes(better, before))) return false;
  }
  return true;
}

/** Whether all of one rising list are in another. */
function isSubset(part: readonly number[], whole: readonly number[]): boolean {
  if (part.length > whole.length) return false;
  let at = 0;
  for (const value of part) {
    while (at < whole.length && whole[at]! < value) at++;
    if (whole[at] !== value) return false;
  }
  return true;
}
