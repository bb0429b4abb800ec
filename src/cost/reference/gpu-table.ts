/** Datasheet rates of a GPU and the flat efficiency the reference model gives it. */
export interface ReferenceGpu {
  /** Dense FP16, TFLOPS. */
  readonly tflops: number;
  /** Memory bandwidth, GB/s (10⁹ bytes). */
  readonly memoryGBytesPerSecond: number;
  /** Share (0 to 1) of either that is reached. */
  readonly efficiency: number;
}

const gpu = (tflops: number, memoryGBytesPerSecond: number, efficiency: number): ReferenceGpu => ({
  tflops,
  memoryGBytesPerSecond,
  efficiency,
});

/** Source of every number: the founding program's GPU table, kept as it was. */
const TABLE: ReadonlyMap<string, ReferenceGpu> = new Map([
  ["H100", gpu(989, 3350, 0.7)],
  ["A100", gpu(312, 2039, 0.65)],
  ["L40S", gpu(362, 864, 0.58)],
  ["A40", gpu(150, 696, 0.52)],
  ["L40", gpu(181, 864, 0.55)],
  ["V100", gpu(125, 900, 0.42)],
  ["RTX4090", gpu(165, 1008, 0.5)],
  ["L20", gpu(119, 480, 0.48)],
  ["A10", gpu(125, 600, 0.45)],
  ["T4", gpu(65, 320, 0.38)],
]);

/** GPUs the table knows under another name. Source: the founding program. */
const ALIASES: ReadonlyMap<string, string> = new Map([["A10G", "A10"]]);

/** What stands in for a GPU outside the table. Source: the founding program (a known flaw of its model). */
export const FALLBACK_GPU = "A100";

const NAMES: readonly string[] = [...TABLE.keys(), ...ALIASES.keys()].sort(
  (a, b) => b.length - a.length || (a < b ? -1 : 1),
);

/**
 * The table's name of a GPU as instance tables write it ("NVIDIA A10G", "GeForce RTX 4090", "A100-SXM4-80GB"), or null
 * when the table does not know it. Whole tokens are compared, the longest name first; blanks inside a name are ignored,
 * so "RTX 4090" is RTX4090, and "L40S" is never L40.
 */
export function referenceGpuName(gpuModel: string): string | null {
  const tokens = gpuModel.toUpperCase().split(/[^A-Z0-9]+/);
  for (const name of NAMES) {
    if (hasName(tokens, name)) return ALIASES.get(name) ?? name;
  }
  return null;
}

/** Whether some consecutive tokens, joined without blanks, are exactly `name`. */
function hasName(tokens: readonly string[], name: string): boolean {
  for (let start = 0; start < tokens.length; start++) {
    let joined = "";
    for (let end = start; end < tokens.length && joined.length < name.length; end++) {
      joined += tokens[end]!;
      if (joined === name) return true;
    }
  }
  return false;
}

/** Rates of a GPU by its name in an instance table; those of the fallback for a GPU outside the table. */
export function referenceGpu(gpuModel: string): ReferenceGpu {
  return TABLE.get(referenceGpuName(gpuModel) ?? FALLBACK_GPU)!;
}
