/** Smallest and largest value that is plausible for a quantity. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
}

/**
 * What a quantity can be at all: the readers refuse what lies outside. The bounds are orders of magnitude beyond any real machine,
 * model or job, and narrow enough that no figure computed from values inside of them overflows a double or is rounded to 0.
 */
export const BOUNDS = {
  /** A price is kept in whole micro-dollars, and sums of a million instances have to be exact. */
  usdPerHour: { least: 1e-6, most: 1e6 },
  /** 100 kB/s, less than any network of today, to 1 PB/s. */
  gBytesPerSecond: { least: 1e-4, most: 1e6 },
  /** 1 Mbit/s to 1 Pbit/s. */
  gbitsPerSecond: { least: 1e-3, most: 1e6 },
  gpuMemoryGib: { least: 1e-3, most: 1e5 },
  /** What an engine can use of a GPU; the memory of a host. */
  memoryGib: { least: 1e-3, most: 1e7 },
  gpusPerInstance: { least: 1, most: 1000 },
  tflops: { least: 1e-3, most: 1e7 },
  watts: { least: 1e-1, most: 1e6 },
  /** One bit is 0.125 bytes; scales come on top. */
  bytesPerElement: { least: 1e-2, most: 64 },
  /** Weights of one layer, or of an end of the model, GiB. */
  layerGib: { least: 1e-9, most: 1e6 },
  /** A share that divides something: of a peak rate, of the memory. */
  efficiency: { least: 1e-6, most: 1 },
  layers: { least: 1, most: 10_000 },
  /** Width of a matrix, size of a vocabulary. */
  elements: { least: 1, most: 1e8 },
  heads: { least: 1, most: 1e6 },
  experts: { least: 1, most: 1e5 },
  /** Tokens of one sequence or one step. */
  tokens: { least: 1, most: 1e9 },
  sequences: { least: 1, most: 1e6 },
  requestsPerSecond: { least: 1e-6, most: 1e6 },
  tokensPerSecond: { least: 1e-6, most: 1e12 },
  milliseconds: { least: 1e-6, most: 1e12 },
  /** A time limit: from a thousandth of a microsecond, which only a test gives, to a thousand years. */
  seconds: { least: 1e-9, most: 3.2e10 },
  /** Budgets; whole micro-dollars stay exact below 9e9. */
  usd: { least: 1e-9, most: 1e9 },
  hours: { least: 1e-9, most: 1e9 },
  /** Of one link in the weighted objective. */
  penalty: { least: 1e-12, most: 1e9 },
  /** What a parameter of the cost model is multiplied by. */
  factor: { least: 1e-6, most: 1e6 },
  /** Of logarithms: e^100 is no error of a measurement. */
  logError: { least: 1e-12, most: 100 },
  marginPercent: { least: 1e-9, most: 1e6 },
} as const;
