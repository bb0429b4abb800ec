import type { GpuClass, GpuSpec } from "../../src/hardware/gpu-specs.ts";
import { DATASHEETS, type Datasheet } from "./datasheets.ts";

// What is wrong with the figures of a GPU: by what figures of any GPU say about one another, and by a second table of them.

/** Operations that a GPU does at 16 bit while it reads a byte: 37 (H20) to 453 (RTX 5000 Ada). */
const OPERATIONS_PER_BYTE = { least: 30, most: 500 };
/** W per dense 16-bit TFLOP/s, of each class: 0.44 (B200) to 5.42 (RTX 3070). */
const WATTS_PER_TFLOPS: Readonly<Record<GpuClass, readonly [least: number, most: number]>> = {
  hopper: [0.4, 3],
  blackwell_dc: [0.4, 0.6],
  blackwell_gddr: [1, 3],
  ada: [0.5, 3.5],
  ampere_dc: [0.75, 1.5],
  ampere_gddr: [1.1, 5.6],
  turing: [0.9, 1.3],
  volta: [2, 2.6],
  cdna3: [0.5, 0.9],
};
/** GB/s of memory for each GiB of it: 14 (L4) to 77 (RTX 3080). */
const READS_PER_SECOND: { readonly least: number; readonly most: number } = { least: 11, most: 80 };
/** Sizes that memories are made in, GB; the usable part is 0.9 to 1 of one of them. */
const NOMINAL_SIZES = [
  8, 10, 16, 20, 24, 32, 40, 48, 80, 94, 96, 141, 144, 180, 186, 192, 256, 288,
];

const HAS_FP8: ReadonlySet<GpuClass> = new Set<GpuClass>([
  "hopper",
  "blackwell_dc",
  "blackwell_gddr",
  "ada",
  "cdna3",
]);
const HAS_FP4: ReadonlySet<GpuClass> = new Set<GpuClass>(["blackwell_dc", "blackwell_gddr"]);

const isWithin = (value: number, expected: number, share: number): boolean =>
  Math.abs(value - expected) <= share * expected;

type Figures = Omit<GpuSpec, "name">;

/** What contradicts physics or what cards of its class are, without a look at the card's data sheet. */
export function impossible(gpu: Figures): string[] {
  const { gpuClass, tflops16, tflops8, tflops4, memoryGBytesPerSecond, usableMemoryGib } = gpu;
  const [leastWatts, mostWatts] = WATTS_PER_TFLOPS[gpuClass];
  const operations = (1000 * tflops16) / memoryGBytesPerSecond;
  const reads = memoryGBytesPerSecond / usableMemoryGib;
  const watts = gpu.tdpWatts / tflops16;
  const nominal = NOMINAL_SIZES.find((size) => size >= usableMemoryGib);
  return [
    ...(isWithin(tflops8, HAS_FP8.has(gpuClass) ? 2 * tflops16 : 0, 0.015)
      ? []
      : ["FP8 to 16 bit"]),
    // 2; 4 on GeForce cards, whose FP8 runs at half rate; 3 on B300, which was made for FP4.
    ...([2, 3, 4].some((times) =>
      isWithin(tflops4, HAS_FP4.has(gpuClass) ? times * tflops8 : 0, 0.03),
    )
      ? []
      : ["FP4 to FP8"]),
    ...(operations >= OPERATIONS_PER_BYTE.least && operations <= OPERATIONS_PER_BYTE.most
      ? []
      : ["operations per byte"]),
    ...(reads >= READS_PER_SECOND.least && reads <= READS_PER_SECOND.most ? [] : ["GB/s per GiB"]),
    ...(watts >= leastWatts && watts <= mostWatts ? [] : ["watts per TFLOP/s"]),
    ...(nominal !== undefined && usableMemoryGib >= 0.91 * nominal ? [] : ["memory size"]),
  ];
}

/** Published figures are rounded to three or four digits. */
const ROUNDING = 0.003;
const CHIP_ROUNDING = 0.015;
/** H100 PCIe and the newest HBM are published up to 2.5 % below width times data rate. */
const PIN_ROUNDING = 0.025;
/** Of what the driver prints, CUDA keeps up to 2.3 % for itself; rounding to three digits may be as much the other way. */
const USABLE_SHARE = { least: 0.975, most: 1.004 };

/** What differs from the second table. */
export function differences(gpu: Figures, sheet: Datasheet): string[] {
  const [bits16, bits8, bits4] = sheet.tflops;
  const usableMib = gpu.usableMemoryGib * 1024;
  const chipTflops = sheet.chip && sheet.chip.reduce((product, each) => product * each, 1) / 1e6;
  const pinGBytes = sheet.pins && (sheet.pins[0] * sheet.pins[1]) / 8;
  return [
    ...(isWithin(gpu.tflops16, bits16, ROUNDING) ? [] : ["16-bit TFLOP/s"]),
    ...(isWithin(gpu.tflops8, bits8, ROUNDING) ? [] : ["FP8 TFLOP/s"]),
    ...(isWithin(gpu.tflops4, bits4, ROUNDING) ? [] : ["FP4 TFLOP/s"]),
    ...(chipTflops === null || isWithin(gpu.tflops16, chipTflops, CHIP_ROUNDING)
      ? []
      : ["multiprocessors times clock"]),
    ...(isWithin(gpu.memoryGBytesPerSecond, sheet.memoryGBytesPerSecond, ROUNDING)
      ? []
      : ["memory GB/s"]),
    ...(pinGBytes === null || isWithin(gpu.memoryGBytesPerSecond, pinGBytes, PIN_ROUNDING)
      ? []
      : ["bus width times data rate"]),
    ...(usableMib >= USABLE_SHARE.least * sheet.driverMib &&
    usableMib <= USABLE_SHARE.most * sheet.driverMib
      ? []
      : ["usable memory"]),
    ...(gpu.tdpWatts === sheet.watts ? [] : ["watts"]),
    ...(gpu.gpuClass === sheet.gpuClass ? [] : ["class"]),
    ...(gpu.link === sheet.link ? [] : ["link"]),
  ];
}

export function datasheetOf(name: string): Datasheet {
  const sheet = DATASHEETS.find((each) => each.name === name);
  if (!sheet) throw new Error(`test/hardware/datasheets.ts has no ${name}`);
  return sheet;
}
