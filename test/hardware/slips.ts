import { GPU_NAMES, type GpuSpec, gpuByName } from "../../src/hardware/gpu-specs.ts";

const FIGURES = [
  "tflops16",
  "tflops8",
  "tflops4",
  "memoryGBytesPerSecond",
  "usableMemoryGib",
  "tdpWatts",
] as const;
type Figure = (typeof FIGURES)[number];

/** How figures are mistyped: a comma, sparse for dense rates, one direction for both, GiB for GB, a digit too high or low. */
export const FACTORS: Readonly<Record<string, number>> = {
  x10: 10,
  "/10": 0.1,
  x2: 2,
  "/2": 0.5,
  GiB: 1.024 ** 3,
  "+7 %": 1.07,
  "-7 %": 0.93,
};

const BYTES_PER_GIB = 1024 ** 3;

/** The figure as it stands in the table: memory in 10⁹ bytes. */
function written(gpu: GpuSpec, figure: Figure): number {
  const value = gpu[figure];
  const gbytes = figure === "usableMemoryGib" ? (value * BYTES_PER_GIB) / 1e9 : value;
  return Number(gbytes.toPrecision(8));
}

function mistyped(gpu: GpuSpec, figure: Figure, value: number): GpuSpec {
  const inUnit = figure === "usableMemoryGib" ? (value * 1e9) / BYTES_PER_GIB : value;
  return { ...gpu, [figure]: inUnit };
}

/** Numbers whose text has two digits beside each other exchanged, across the decimal point as well. */
function swaps(value: number): number[] {
  const digits = [...String(value)];
  const places = digits.flatMap((digit, i) => (digit === "." ? [] : [i]));
  return places.slice(1).flatMap((place, i) => {
    const before = places[i]!;
    if (digits[before] === digits[place]) return [];
    const swapped = [...digits];
    [swapped[before], swapped[place]] = [digits[place]!, digits[before]!];
    return [Number(swapped.join(""))];
  });
}

export interface Slip {
  readonly gpu: GpuSpec;
  readonly figure: Figure;
  readonly kind: string;
  /** Share by which it changes the figure. */
  readonly change: number;
}

/** Every figure of every GPU, mistyped in every way. */
export const SLIPS: readonly Slip[] = GPU_NAMES.map((name) => gpuByName(name)!).flatMap((gpu) =>
  FIGURES.filter((figure) => gpu[figure] > 0).flatMap((figure) => {
    const value = written(gpu, figure);
    const slip = (kind: string, wrong: number): Slip => ({
      ...{ gpu: mistyped(gpu, figure, wrong), figure, kind },
      change: Math.abs(wrong / value - 1),
    });
    return [
      ...Object.entries(FACTORS).map(([kind, factor]) => slip(kind, value * factor)),
      ...swaps(value).map((wrong) => slip("swap", wrong)),
    ];
  }),
);

/** A GPU that has units that it does not have, or the other way round. */
export const NO_UNITS: readonly Slip[] = GPU_NAMES.map((name) => gpuByName(name)!).flatMap((gpu) =>
  (["tflops8", "tflops4"] as const).map((figure) => ({
    gpu: { ...gpu, [figure]: gpu[figure] > 0 ? 0 : 2 * gpu.tflops16 },
    ...{ figure, kind: "units", change: 1 },
  })),
);
