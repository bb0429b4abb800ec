import type { GpuClass, GpuLink } from "../../src/hardware/gpu-specs.ts";

/**
 * A second table of every GPU, typed anew and in other units than src/hardware/gpu-specs.ts where there are any: chips by
 * multiprocessors and clock, memories by pins and data rate, sizes as the driver prints them. Never copy a figure from one of
 * the two to the other: a slip of the finger shows only because they were typed apart.
 */
export interface Datasheet {
  readonly name: string;
  readonly gpuClass: GpuClass;
  readonly link: GpuLink;
  /** Dense TFLOP/s as published: 16 bit, FP8, FP4; 0 where there are no such units. */
  readonly tflops: readonly [bits16: number, bits8: number, bits4: number];
  /** Multiprocessors (compute units), dense 16-bit operations of one in a clock, and the clock that the rates are published at; null where that is not known. */
  readonly chip: readonly [multiprocessors: number, operations: number, boostMhz: number] | null;
  /** Published GB/s of the memory. */
  readonly memoryGBytesPerSecond: number;
  /** Width of the memory bus and data rate of a pin, Gbit/s; null where memories run below their rated speed. */
  readonly pins: readonly [bits: number, gbits: number] | null;
  readonly nominalGb: number;
  /** Total memory as `nvidia-smi` prints it, MiB; for AMD and GH200 144 GB, as the runtime does. */
  readonly driverMib: number;
  readonly watts: number;
  /** GB/s between two GPUs: all NVLinks (Infinity Fabric links) of a GPU, both directions; PCIe: 16 lanes, one direction. */
  readonly linkGBytesPerSecond: number;
  /** Pages; "unchecked" where the vendor's page is named but was not open when the row was typed. */
  readonly source: string;
}

type Row = readonly [
  name: string,
  gpuClass: GpuClass,
  link: GpuLink,
  tflops: Datasheet["tflops"],
  chip: Datasheet["chip"],
  memoryGBytesPerSecond: number,
  pins: Datasheet["pins"],
  nominalGb: number,
  driverMib: number,
  watts: number,
  linkGBytesPerSecond: number,
  source: string,
];

const KLOCKWOOD = "https://glennklockwood.com/garden/processors";
const ANANDTECH =
  "https://www.anandtech.com/show/21136/nvidia-at-sc23-h200-accelerator-with-hbm3e-and-jupiter-supercomputer-for-2024";
const GA102 =
  "https://docslib.org/doc/759549/nvidia-ampere-ga102-gpu-architecture-whitepaper (NVIDIA)";
const TOPCPU = "https://www.topcpu.net/en/gpu-c";

// Sizes and watts were compared with readings of nvidia-smi in public repositories: "700W … 81559MiB" of an H100 and so on.
// biome-ignore format: a table, a line for each GPU
const ROWS: readonly Row[] = [
  ["H100-SXM5-80GB", "hopper", "nvl4", [989.4, 1978.9, 0], [132, 4096, 1830], 3350, [5120, 5.24], 80, 81_559, 700, 900, `${KLOCKWOOD}/h100; ${ANANDTECH}`],
  ["H100-PCIe-80GB", "hopper", "pcie5", [756, 1513, 0], [114, 4096, 1620], 2000, [5120, 3.186], 80, 81_559, 350, 64, "https://manuals.plus/m/56b0c3ef7d0a1c470c0af8f05a0bd1f29a778007472ba941201fbbb185c9bccd (NVIDIA PB-11133)"],
  ["H100-NVL-94GB", "hopper", "pcie5", [835, 1671, 0], null, 3938, [6016, 5.24], 94, 95_830, 400, 64, "https://grokipedia.com/page/210100120"],
  ["H200-SXM-141GB", "hopper", "nvl4", [989.4, 1978.9, 0], [132, 4096, 1830], 4800, [6144, 6.25], 141, 143_771, 700, 900, `${ANANDTECH}; https://www.aiminingco.com/gpu/h200/specs`],
  ["H200-NVL-141GB", "hopper", "pcie5", [835, 1671, 0], null, 4800, [6144, 6.25], 141, 143_771, 600, 64, "https://openmetal.io/resources/blog/how-the-h200-is-built-for-memory-bound-ai-workloads/"],
  ["GH200-96GB", "hopper", "nvl4", [989.4, 1978.9, 0], [132, 4096, 1830], 4000, [6144, 5.24], 96, 97_871, 900, 900, "https://aiwiki.ai/wiki/nvidia_gh200"],
  ["GH200-144GB", "hopper", "nvl4", [989.4, 1978.9, 0], [132, 4096, 1830], 4900, [6144, 6.4], 144, 145_920, 900, 900, "https://aiwiki.ai/wiki/nvidia_gh200"],
  // nvidia-smi prints a cap of 500 W; sheets say 400.
  ["H20-96GB", "hopper", "nvl4", [148, 296, 0], null, 4000, [6144, 5.24], 96, 97_871, 400, 900, "https://willitrunai.com/es/gpus/h20-96gb; https://ke60.top/article/1471031.html"],
  ["H800-SXM5-80GB", "hopper", "nvl4", [989.4, 1978.9, 0], [132, 4096, 1830], 3350, [5120, 5.24], 80, 81_559, 700, 400, "https://www.philisun.com/technical-analysis/nvidia-h800-vs-h100-a-technical-deep-dive-into-politically-defined-ai-chips/"],
  ["B200-SXM-180GB", "blackwell_dc", "nvl5", [2250, 4500, 9000], null, 7700, null, 180, 183_359, 1000, 1800, `${KLOCKWOOD}/B200`],
  ["GB200", "blackwell_dc", "nvl5", [2500, 5000, 10_000], null, 8000, [8192, 8], 186, 189_471, 1200, 1800, `${KLOCKWOOD}/B200`],
  // Dense FP4 of B300 is published as 13.1 and as 13.5 PFLOP/s.
  ["B300-SXM", "blackwell_dc", "nvl5", [2250, 4500, 13_500], null, 8000, [8192, 8], 288, 275_040, 1100, 1800, `${KLOCKWOOD}/B300; https://aiwiki.ai/wiki/nvidia_dgx_b300`],
  ["A100-SXM4-40GB", "ampere_dc", "nvl3", [312, 0, 0], [108, 2048, 1410], 1555, [5120, 2.43], 40, 40_960, 400, 600, `${KLOCKWOOD}/A100; https://sysrqmts.com/gpus/compare/nvidia-a100-sxm4-40-gb-vs-nvidia-tesla-t4`],
  ["A100-SXM4-80GB", "ampere_dc", "nvl3", [312, 0, 0], [108, 2048, 1410], 2039, [5120, 3.186], 80, 81_920, 400, 600, `${KLOCKWOOD}/A100`],
  ["A100-PCIe-80GB", "ampere_dc", "pcie4", [312, 0, 0], [108, 2048, 1410], 1935, [5120, 3.024], 80, 81_920, 300, 32, "unchecked; https://www.nvidia.com/content/dam/en-zz/Solutions/Data-Center/a100/pdf/nvidia-a100-datasheet-us-nvidia-1758950-r4-web.pdf"],
  ["A100-PCIe-40GB", "ampere_dc", "pcie4", [312, 0, 0], [108, 2048, 1410], 1555, [5120, 2.43], 40, 40_960, 250, 32, "https://docslib.org/doc/3015592/a100-40gb-pcie-product-brief (NVIDIA PB-10137)"],
  ["A800-SXM4-80GB", "ampere_dc", "nvl3", [312, 0, 0], [108, 2048, 1410], 2039, [5120, 3.186], 80, 81_920, 400, 400, "https://aiwiki.ai/wiki/nvidia_a800"],
  ["A30", "ampere_dc", "pcie4", [165, 0, 0], [56, 2048, 1440], 933, [3072, 2.43], 24, 24_576, 165, 32, "unchecked; https://www.nvidia.com/en-us/data-center/products/a30-gpu/"],
  ["L40S", "ada", "pcie4", [362, 733, 0], [142, 1024, 2520], 864, [384, 18], 48, 46_068, 350, 32, "https://pcpartdb.com/gpus/compare/nvidia-l40--vs--nvidia-l40s"],
  ["L40", "ada", "pcie4", [181, 362, 0], [142, 512, 2490], 864, [384, 18], 48, 46_068, 300, 32, "https://pcpartdb.com/gpus/compare/nvidia-l40--vs--nvidia-l40s"],
  // nvidia-smi prints a cap of 350 W; sheets say 275.
  ["L20", "ada", "pcie4", [119.5, 239, 0], [92, 512, 2520], 864, [384, 18], 48, 46_068, 275, 32, `${TOPCPU}/a40-pcie-vs-l20`],
  ["L4", "ada", "pcie4", [121, 242, 0], [58, 1024, 2040], 300, [192, 12.5], 24, 23_034, 72, 32, "https://fpsbench.com/compare/gpu/nvidia-l4-vs-nvidia-tesla-m40"],
  ["RTX-4090", "ada", "pcie4", [165.2, 330.3, 0], [128, 512, 2520], 1008, [384, 21], 24, 24_564, 450, 32, "https://gfxspeak.com/featured/nvidias-latest-lovelace/"],
  ["RTX-4080", "ada", "pcie4", [97.5, 194.9, 0], [76, 512, 2505], 717, [256, 22.4], 16, 16_376, 320, 32, "https://www.mobylak.com/nvidia-reveals-ada-lovelace-gpu-secrets-extreme-transistor-counts-at-high-clocks/"],
  ["RTX-4000-Ada", "ada", "pcie4", [106.9, 213.8, 0], [48, 1024, 2175], 360, [160, 18], 20, 20_475, 130, 32, `${TOPCPU}/rtx-4000-ada-generation-vs-rtx-5000-ada-generation`],
  ["RTX-5000-Ada", "ada", "pcie4", [261.1, 522.2, 0], [100, 1024, 2550], 576, [256, 18], 32, 32_760, 250, 32, `${TOPCPU}/rtx-4000-ada-generation-vs-rtx-5000-ada-generation`],
  ["RTX-6000-Ada", "ada", "pcie4", [364.2, 728.5, 0], [142, 1024, 2505], 960, [384, 20], 48, 49_140, 300, 32, "unchecked; https://www.nvidia.com/en-us/products/workstations/rtx-6000/"],
  ["A40", "ampere_gddr", "pcie4", [149.7, 0, 0], [84, 1024, 1740], 696, [384, 14.5], 48, 46_068, 300, 32, "https://sysrqmts.com/fr/gpus/compare/nvidia-a40-pcie-vs-nvidia-quadro-rtx-6000"],
  ["RTX-A6000", "ampere_gddr", "pcie4", [154.8, 0, 0], [84, 1024, 1800], 768, [384, 16], 48, 49_140, 300, 32, "https://sysrqmts.com/es/gpus/compare/nvidia-rtx-a6000-vs-nvidia-tesla-p40"],
  ["RTX-A5000", "ampere_gddr", "pcie4", [111.1, 0, 0], [64, 1024, 1695], 768, [384, 16], 24, 24_564, 230, 32, "https://cpu-gpu.alldbin.com/graphics-card-comparison/Radeon-RX-6900-XTX-and-RTX-A5000-comparison.html"],
  ["A10G", "ampere_gddr", "pcie4", [70, 0, 0], null, 600, [384, 12.5], 24, 23_028, 300, 32, "https://www.baseten.co/blog/nvidia-a10-vs-a10g-for-ml-model-inference/"],
  ["A10", "ampere_gddr", "pcie4", [125, 0, 0], [72, 1024, 1695], 600, [384, 12.5], 24, 23_028, 150, 32, "https://sysrqmts.com/ru/gpus/compare/nvidia-a10-pcie-vs-nvidia-quadro-rtx-4000"],
  ["RTX-3090", "ampere_gddr", "pcie4", [71, 0, 0], [82, 512, 1695], 936, [384, 19.5], 24, 24_576, 350, 32, `${GA102}; https://gfxspeak.com/featured/nvidias-latest-lovelace/`],
  ["RTX-3080", "ampere_gddr", "pcie4", [59.5, 0, 0], [68, 512, 1710], 760, [320, 19], 10, 10_240, 320, 32, `${GA102}; https://www.techpowerup.com/review/nvidia-geforce-ampere-architecture-board-design-gaming-tech-software/2.html`],
  ["RTX-3070", "ampere_gddr", "pcie4", [40.6, 0, 0], [46, 512, 1725], 448, [256, 14], 8, 8192, 220, 32, GA102],
  ["T4", "turing", "pcie3", [65, 0, 0], [40, 1024, 1590], 320, [256, 10], 16, 15_360, 70, 16, "https://sysrqmts.com/gpus/compare/nvidia-a100-sxm4-40-gb-vs-nvidia-tesla-t4"],
  ["V100-SXM2-16GB", "volta", "nvl2", [125, 0, 0], [80, 1024, 1530], 900, [4096, 1.752], 16, 16_384, 300, 300, "https://datacrunch.io/en/blog/nvidia-a100-gpu-specs-price-and-alternatives"],
  ["V100-SXM2-32GB", "volta", "nvl2", [125, 0, 0], [80, 1024, 1530], 900, [4096, 1.752], 32, 32_768, 300, 300, "https://datacrunch.io/en/blog/nvidia-a100-gpu-specs-price-and-alternatives"],
  ["V100-PCIe-16GB", "volta", "pcie3", [112, 0, 0], [80, 1024, 1380], 900, [4096, 1.752], 16, 16_384, 250, 16, "https://hmc-tech.com/gpu/nvidia_v100-vs-nvidia_t40"],
  ["RTX-PRO-6000-SE", "blackwell_gddr", "pcie5", [503.8, 1007.6, 2015.2], [188, 1024, 2617], 1597, [512, 24.96], 96, 97_887, 600, 64, "unchecked; https://www.nvidia.com/en-us/data-center/rtx-pro-6000-blackwell-server-edition/"],
  // FP8 at half rate with FP32 accumulation, FP4 at the full one.
  ["RTX-5090", "blackwell_gddr", "pcie5", [209.5, 419, 1676], [170, 512, 2407], 1792, [512, 28], 32, 32_607, 575, 64, "https://pocketmags.com/linux-format-magazine/may-2025/articles/nvidia-geforce-rtx-5090; https://www.spheron.network/blog/nvidia-rtx-5090-specs/"],
  ["MI300X", "cdna3", "xgmi", [1307.4, 2614.9, 0], [304, 2048, 2100], 5300, [8192, 5.2], 192, 196_592, 750, 896, "https://gpu.blog/gpus/instinct-mi300x-mi300x; https://aiwiki.ai/wiki/amd_instinct_mi300x"],
  ["MI325X", "cdna3", "xgmi", [1307.4, 2614.9, 0], [304, 2048, 2100], 6000, [8192, 6], 256, 262_128, 1000, 896, "https://unanswered.io/guide/amd-instinct-mi325x"],
];

export const DATASHEETS: readonly Datasheet[] = ROWS.map(
  ([
    name,
    gpuClass,
    link,
    tflops,
    chip,
    memoryGBytesPerSecond,
    pins,
    nominalGb,
    driverMib,
    watts,
    linkGBytesPerSecond,
    source,
  ]) => ({
    ...{ name, gpuClass, link, tflops, chip, memoryGBytesPerSecond, pins, nominalGb },
    ...{ driverMib, watts, linkGBytesPerSecond, source },
  }),
);
