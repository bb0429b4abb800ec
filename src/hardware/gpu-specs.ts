/** GPU generations whose kernels behave alike; efficiencies are fitted for each class. */
export const GPU_CLASSES = [
  "hopper",
  "blackwell_dc",
  "blackwell_gddr",
  "ada",
  "ampere_dc",
  "ampere_gddr",
  "turing",
  "volta",
  "cdna3",
] as const;
export type GpuClass = (typeof GPU_CLASSES)[number];

/** What GPUs of one host talk through. `pcie*`: no direct links, peer to peer or through the host bridge. */
export const GPU_LINKS = [
  "nvl2",
  "nvl3",
  "nvl4",
  "nvl5",
  "pcie3",
  "pcie4",
  "pcie5",
  "xgmi",
] as const;
export type GpuLink = (typeof GPU_LINKS)[number];

/** Datasheet figures of a GPU: dense rates with FP32 accumulation where the datasheet tells them apart, decimal units. */
export interface GpuSpec {
  readonly name: string;
  readonly gpuClass: GpuClass;
  readonly tflops16: number;
  /** 0 where the GPU has no FP8 units. */
  readonly tflops8: number;
  /** 0 where the GPU has no FP4 units. */
  readonly tflops4: number;
  readonly memoryGBytesPerSecond: number;
  /** Memory that a process can allocate, GiB (1024³ bytes); the nominal size is a little more. */
  readonly usableMemoryGib: number;
  readonly tdpWatts: number;
  readonly link: GpuLink;
}

/** The same text for specs of the same figures, wherever they were read. */
export function gpuKey(spec: GpuSpec): string {
  return JSON.stringify(Object.entries(spec).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const BYTES_PER_GIB = 1024 ** 3;

function spec(
  name: string,
  gpuClass: GpuClass,
  [tflops16, tflops8, tflops4]: readonly [number, number, number],
  memoryGBytesPerSecond: number,
  usableGBytes: number,
  tdpWatts: number,
  link: GpuLink,
): GpuSpec {
  return {
    name,
    gpuClass,
    tflops16,
    tflops8,
    tflops4,
    memoryGBytesPerSecond,
    usableMemoryGib: (usableGBytes * 1e9) / BYTES_PER_GIB,
    tdpWatts,
    link,
  };
}

/**
 * Sources: the vendors' datasheets and architecture white papers (NVIDIA Volta, Turing, Ampere, Ada, Hopper, Blackwell; AMD
 * CDNA3), dense rates. Memory: what the driver reports, 10⁹ bytes. H100: 79.18 GiB as PyTorch reports it.
 */
const SPECS: readonly GpuSpec[] = [
  spec("H100-SXM5-80GB", "hopper", [989.4, 1978.9, 0], 3350, 85.02, 700, "nvl4"),
  spec("H100-PCIe-80GB", "hopper", [756, 1513, 0], 2000, 85.02, 350, "pcie5"),
  spec("H100-NVL-94GB", "hopper", [835, 1671, 0], 3938, 100.3, 400, "pcie5"),
  spec("H200-SXM-141GB", "hopper", [989.4, 1978.9, 0], 4800, 150.1, 700, "nvl4"),
  spec("H200-NVL-141GB", "hopper", [835, 1671, 0], 4800, 150.1, 600, "pcie5"),
  spec("GH200-96GB", "hopper", [989.4, 1978.9, 0], 4000, 102, 900, "nvl4"),
  spec("GH200-144GB", "hopper", [989.4, 1978.9, 0], 4900, 153, 900, "nvl4"),
  spec("H20-96GB", "hopper", [148, 296, 0], 4000, 102, 400, "nvl4"),
  spec("H800-SXM5-80GB", "hopper", [989.4, 1978.9, 0], 3350, 85.02, 700, "nvl4"),
  spec("B200-SXM-180GB", "blackwell_dc", [2250, 4500, 9000], 7700, 191.5, 1000, "nvl5"),
  spec("GB200", "blackwell_dc", [2500, 5000, 10000], 8000, 199, 1200, "nvl5"),
  spec("B300-SXM", "blackwell_dc", [2250, 4500, 13500], 8000, 288, 1100, "nvl5"),
  spec("A100-SXM4-40GB", "ampere_dc", [312, 0, 0], 1555, 42.4, 400, "nvl3"),
  spec("A100-SXM4-80GB", "ampere_dc", [312, 0, 0], 2039, 85.0, 400, "nvl3"),
  spec("A100-PCIe-80GB", "ampere_dc", [312, 0, 0], 1935, 85.0, 300, "pcie4"),
  spec("A100-PCIe-40GB", "ampere_dc", [312, 0, 0], 1555, 42.4, 250, "pcie4"),
  spec("A800-SXM4-80GB", "ampere_dc", [312, 0, 0], 2039, 85.0, 400, "nvl3"),
  spec("A30", "ampere_dc", [165, 0, 0], 933, 25.3, 165, "pcie4"),
  spec("L40S", "ada", [362, 733, 0], 864, 47.8, 350, "pcie4"),
  spec("L40", "ada", [181, 362, 0], 864, 47.8, 300, "pcie4"),
  spec("L20", "ada", [119.5, 239, 0], 864, 47.8, 275, "pcie4"),
  spec("L4", "ada", [121, 242, 0], 300, 23.7, 72, "pcie4"),
  spec("RTX-4090", "ada", [165.2, 330.3, 0], 1008, 25.4, 450, "pcie4"),
  spec("RTX-4080", "ada", [97.5, 195, 0], 716.8, 17, 320, "pcie4"),
  spec("RTX-4000-Ada", "ada", [106.9, 213.8, 0], 360, 21.3, 130, "pcie4"),
  spec("RTX-5000-Ada", "ada", [261, 522, 0], 576, 34.2, 250, "pcie4"),
  spec("RTX-6000-Ada", "ada", [364, 728, 0], 960, 51, 300, "pcie4"),
  spec("A40", "ampere_gddr", [149.7, 0, 0], 696, 47.8, 300, "pcie4"),
  spec("RTX-A6000", "ampere_gddr", [154.8, 0, 0], 768, 51, 300, "pcie4"),
  spec("RTX-A5000", "ampere_gddr", [111.1, 0, 0], 768, 25.4, 230, "pcie4"),
  spec("A10G", "ampere_gddr", [70, 0, 0], 600, 23.9, 300, "pcie4"),
  spec("A10", "ampere_gddr", [125, 0, 0], 600, 23.9, 150, "pcie4"),
  spec("RTX-3090", "ampere_gddr", [71, 0, 0], 936, 25.3, 350, "pcie4"),
  spec("RTX-3080", "ampere_gddr", [59.5, 0, 0], 760, 10.6, 320, "pcie4"),
  spec("RTX-3070", "ampere_gddr", [40.6, 0, 0], 448, 8.5, 220, "pcie4"),
  spec("T4", "turing", [65, 0, 0], 320, 15.8, 70, "pcie3"),
  spec("V100-SXM2-16GB", "volta", [125, 0, 0], 900, 16.9, 300, "nvl2"),
  spec("V100-SXM2-32GB", "volta", [125, 0, 0], 900, 34, 300, "nvl2"),
  spec("V100-PCIe-16GB", "volta", [112, 0, 0], 900, 16.9, 250, "pcie3"),
  spec("RTX-PRO-6000-SE", "blackwell_gddr", [503.8, 1007.6, 2015.2], 1597, 102, 600, "pcie5"),
  spec("RTX-5090", "blackwell_gddr", [209.5, 419, 1676], 1792, 34, 575, "pcie5"),
  spec("MI300X", "cdna3", [1307.4, 2614.9, 0], 5300, 205.8, 750, "xgmi"),
  spec("MI325X", "cdna3", [1307.4, 2614.9, 0], 6000, 274.6, 1000, "xgmi"),
];

const BY_NAME: ReadonlyMap<string, GpuSpec> = new Map(SPECS.map((gpu) => [gpu.name, gpu]));

export const GPU_NAMES: readonly string[] = [...BY_NAME.keys()];

/** The GPU of exactly this name, as in `GPU_NAMES`. */
export function gpuByName(name: string): GpuSpec | undefined {
  return BY_NAME.get(name);
}

/** What decides how fast a GPU works by itself: neither its links nor the size of its memory. */
const SPEED_FIGURES = [
  "tflops16",
  "tflops8",
  "tflops4",
  "memoryGBytesPerSecond",
  "tdpWatts",
] as const satisfies readonly (keyof GpuSpec)[];

/** Figures that differ by less, relative, are one figure in more or fewer digits: 989 TFLOP/s for 989.4. */
const ROUNDED = 0.01;

/**
 * Whether a spec is the table's GPU of its name, so that what was measured of that one holds for it. A table of a user's own may
 * correct its link or its memory; it may also give the name to a card of another speed, which nobody has measured.
 */
export function isTableGpu(spec: GpuSpec): boolean {
  const known = gpuByName(spec.name);
  return (
    known?.gpuClass === spec.gpuClass &&
    SPEED_FIGURES.every(
      (figure) => Math.abs(spec[figure] - known[figure]) <= ROUNDED * known[figure],
    )
  );
}

/** Above this bandwidth between two GPUs of an instance, GB/s, they are linked directly (NVLink, Infinity Fabric). */
const DIRECT_LINK_GBYTES_PER_SECOND = 150;

/**
 * Memory that tables state for a GPU, as a share of what a process can allocate: nominal sizes are up to 9 % more (T4: 16 GB of
 * which 14.7 GiB are usable), or 7 % less where decimal gigabytes were taken for GiB. What lies outside is a part of the card
 * (MIG, vGPU) or another card.
 */
const STATED_MEMORY_SHARE = { least: 0.9, most: 1.15 };

/** Sizes of one GPU that differ by less, GiB, are one size: its forms (SXM, PCIe) report slightly different ones. */
const SAME_SIZE_GIB = 2;

/** Names that one card has besides that of its spec. */
const OTHER_MODEL_WORDS: Readonly<Record<string, readonly string[]>> = {
  "RTX-A6000": ["A6000"],
  "RTX-A5000": ["A5000"],
  "RTX-6000-Ada": ["6000 ADA"],
  "RTX-PRO-6000-SE": ["RTX PRO 6000 SE"],
};

const VENDOR_WORDS = "NVIDIA|AMD|INSTINCT|TESLA|GEFORCE|QUADRO";

/** What may stand behind a model's name without making it another card: form, size, architecture. */
const SUFFIX_WORDS =
  "SXM\\d?|HGX|OAM|MEGA|PCI ?E|NVL\\d*|[1-9]\\d* ?GI?B|HBM\\dE?|HOPPER|BLACKWELL|TENSOR ?CORE|SERVER ?EDITION|GENERATION|GPU";

/** Matches whole texts that name the spec's model. */
const MODEL_PATTERNS: ReadonlyMap<GpuSpec, RegExp> = new Map(
  SPECS.map((gpu) => {
    const words = [modelWord(gpu), ...(OTHER_MODEL_WORDS[gpu.name] ?? [])];
    const models = words.map((word) => word.replaceAll(" ", " ?")).join("|");
    return [gpu, new RegExp(`^(?:(?:${VENDOR_WORDS}) ?)*(?:${models})(?: ?(?:${SUFFIX_WORDS}))*$`)];
  }),
);

/**
 * The GPU that an instance table means by "NVIDIA A100" or "GeForce RTX 4090". The text has to be the spec's model between vendor's
 * words and words that make it no other card; letter case and punctuation do not count. Of several variants the form that the
 * text names (SXM, PCIe, NVL), then the size nearest to the stated memory, then the form that the bandwidth between GPUs tells
 * (SXM above 150 GB/s).
 *
 * @param memoryGib memory of one GPU as the table says it, GiB
 * @returns null when no GPU of the table is meant, or its memory is not that of the whole card
 */
export function findGpu(
  gpuModel: string,
  memoryGib: number,
  insideGBytesPerSecond: number,
): GpuSpec | null {
  const text = spaced(gpuModel);
  const variants = SPECS.filter(
    (gpu) =>
      MODEL_PATTERNS.get(gpu)!.test(text) &&
      hasNamedForm(gpu, text) &&
      isWholeMemory(gpu, memoryGib),
  );
  const distanceGib = (gpu: GpuSpec): number => Math.abs(gpu.usableMemoryGib - memoryGib);
  const nearestGib = Math.min(...variants.map(distanceGib));
  const ofSize = variants.filter((gpu) => distanceGib(gpu) < nearestGib + SAME_SIZE_GIB);
  const isDirect = insideGBytesPerSecond > DIRECT_LINK_GBYTES_PER_SECOND;
  return ofSize.find((gpu) => hasDirectLinks(gpu) === isDirect) ?? ofSize[0] ?? null;
}

/** Whether a memory that a table states for one GPU, GiB, is that of the whole card. */
export function isWholeMemory({ usableMemoryGib }: GpuSpec, memoryGib: number): boolean {
  return (
    memoryGib >= STATED_MEMORY_SHARE.least * usableMemoryGib &&
    memoryGib <= STATED_MEMORY_SHARE.most * usableMemoryGib
  );
}

/** Whether the spec has the form that the text names; true where it names none. */
function hasNamedForm(gpu: GpuSpec, text: string): boolean {
  if (/NVL(?!\d)/.test(text)) return gpu.name.includes("NVL");
  if (/PCI ?E/.test(text)) return !hasDirectLinks(gpu);
  if (/SXM|HGX|OAM|MEGA/.test(text)) return hasDirectLinks(gpu);
  return true;
}

function hasDirectLinks({ link }: GpuSpec): boolean {
  return !link.startsWith("pcie");
}

/** "RTX 4090" of "RTX-4090", "A100" of "A100-SXM4-80GB". */
function modelWord({ name }: GpuSpec): string {
  return spaced(name.replace(/-(SXM\d?|PCIe|NVL|\d+GB|SE)\b.*$/, ""));
}

/** Letters and digits in capitals, single spaces for everything between. */
function spaced(text: string): string {
  return text
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, " ")
    .trim();
}
