/**
 * How TP groups share the GPUs of an instance.
 *
 * - levels: the degrees divide one another in turn. Groups of degree ≥ tᵢ can use only floor(g/tᵢ)·tᵢ GPUs of an
 *   instance, and Σ_{j≥i} tⱼ·xⱼ ≤ floor(g/tᵢ)·tᵢ·y for every i is not only necessary but enough to pack x groups into y
 *   instances: packing from the largest degree down, what larger groups have taken of each instance is a multiple of tᵢ,
 *   so the free places for a group of tᵢ add up to the slack of row i, and there is one for every group.
 * - patterns: anything else; each instance carries one of the listed maximal combinations of groups.
 */
export type Packing =
  | { readonly kind: "levels"; readonly levels: readonly PackingLevel[] }
  | { readonly kind: "patterns"; readonly patterns: readonly Pattern[] };

interface PackingLevel {
  /** The row is over all options from this position on (options rise in TP degree). */
  readonly fromOption: number;
  /** GPUs of one instance that groups of this degree or a larger one can use. */
  readonly usableGpus: number;
}

/** Groups of each option, in option order. */
type Pattern = readonly number[];

/**
 * @param gpuCount GPUs of one instance
 * @param tpDegrees of the options, rising
 * @param maxStages most groups on one instance
 * @param everyPattern list every non-empty pattern, not only maximal ones: its number of groups is then what an instance holds
 */
export function packing(
  gpuCount: number,
  tpDegrees: readonly number[],
  maxStages: number,
  everyPattern = false,
): Packing {
  const stagesMatter = maxStages < Math.floor(gpuCount / tpDegrees[0]!);
  if (!everyPattern && !stagesMatter && isDivisorChain(tpDegrees)) {
    return { kind: "levels", levels: packingLevels(gpuCount, tpDegrees) };
  }
  return { kind: "patterns", patterns: listPatterns(gpuCount, tpDegrees, maxStages, everyPattern) };
}

function isDivisorChain(tpDegrees: readonly number[]): boolean {
  return tpDegrees.every((t, i) => i === 0 || t % tpDegrees[i - 1]! === 0);
}

/** A level that leaves no fewer GPUs than the one before is implied by it. */
function packingLevels(gpuCount: number, tpDegrees: readonly number[]): PackingLevel[] {
  const levels: PackingLevel[] = [];
  let usable = Number.POSITIVE_INFINITY;
  for (const [fromOption, t] of tpDegrees.entries()) {
    const here = Math.floor(gpuCount / t) * t;
    if (here < usable) levels.push({ fromOption, usableGpus: here });
    usable = here;
  }
  return levels;
}

function listPatterns(
  gpuCount: number,
  tpDegrees: readonly number[],
  maxStages: number,
  everyPattern: boolean,
): Pattern[] {
  const patterns: Pattern[] = [];
  const counts: number[] = new Array(tpDegrees.length).fill(0);
  const extend = (option: number, freeGpus: number, freeStages: number): void => {
    if (option < 0) {
      const maximal = freeStages === 0 || tpDegrees.every((t) => t > freeGpus);
      if (maximal || (everyPattern && freeStages < maxStages)) patterns.push([...counts]);
      return;
    }
    const t = tpDegrees[option]!;
    for (let n = Math.min(Math.floor(freeGpus / t), freeStages); n >= 0; n--) {
      counts[option] = n;
      extend(option - 1, freeGpus - n * t, freeStages - n);
    }
    counts[option] = 0;
  };
  extend(tpDegrees.length - 1, gpuCount, maxStages);
  return patterns;
}
