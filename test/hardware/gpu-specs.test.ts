import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { findGpu, GPU_NAMES, type GpuSpec, gpuByName } from "../../src/hardware/gpu-specs.ts";

const NVLINK3 = 600;
const NVLINK4 = 900;
const PCIE4 = 32;

/** As instance tables, price catalogues, drivers and people write them. */
const SPELLINGS: readonly [text: string, memoryGib: number, insideGb: number, spec: string][] = [
  ["NVIDIA A100", 80, NVLINK3, "A100-SXM4-80GB"],
  ["NVIDIA A100", 40, NVLINK3, "A100-SXM4-40GB"],
  ["A100-80GB", 80, NVLINK3, "A100-SXM4-80GB"],
  ["A100-80GB-SXM", 80, PCIE4, "A100-SXM4-80GB"],
  ["A100-SXM4-80GB", 80, NVLINK3, "A100-SXM4-80GB"],
  ["NVIDIA A100-SXM4-40GB", 39.5, NVLINK3, "A100-SXM4-40GB"],
  ["NVIDIA A100 80GB PCIe", 80, PCIE4, "A100-PCIe-80GB"],
  ["nvidia-tesla-a100", 40, NVLINK3, "A100-SXM4-40GB"],
  ["NVIDIA A10G", 24, PCIE4, "A10G"],
  ["NVIDIA A10G Tensor Core GPU", 22, PCIE4, "A10G"],
  ["A10", 24, PCIE4, "A10"],
  ["NVIDIA A10 24GB", 24, PCIE4, "A10"],
  ["L40S", 48, PCIE4, "L40S"],
  ["NVIDIA L40S", 44, PCIE4, "L40S"],
  ["L40", 48, PCIE4, "L40"],
  ["L40 48GB", 48, PCIE4, "L40"],
  ["L4", 24, PCIE4, "L4"],
  ["NVIDIA L4 GPU", 24, PCIE4, "L4"],
  ["GeForce RTX 4090", 24, PCIE4, "RTX-4090"],
  ["NVIDIA GeForce RTX 4090", 24, PCIE4, "RTX-4090"],
  ["RTX4090", 24, PCIE4, "RTX-4090"],
  ["RTX3090", 24, PCIE4, "RTX-3090"],
  ["RTX 5090", 32, 64, "RTX-5090"],
  ["H100", 80, NVLINK4, "H100-SXM5-80GB"],
  ["H100 SXM", 80, NVLINK4, "H100-SXM5-80GB"],
  ["NVIDIA H100 80GB HBM3", 79.6, NVLINK4, "H100-SXM5-80GB"],
  ["H100-MEGA-80GB", 80, NVLINK4, "H100-SXM5-80GB"],
  ["nvidia-h100-80gb", 80, NVLINK4, "H100-SXM5-80GB"],
  ["H100 PCIe", 80, 64, "H100-PCIe-80GB"],
  ["H100 NVL", 94, 64, "H100-NVL-94GB"],
  ["NVIDIA H200 Tensor Core GPU", 141, NVLINK4, "H200-SXM-141GB"],
  ["NVIDIA H200", 140, NVLINK4, "H200-SXM-141GB"],
  ["H200 NVL", 141, 64, "H200-NVL-141GB"],
  ["H20", 96, NVLINK4, "H20-96GB"],
  ["NVIDIA GH200 480GB", 96, NVLINK4, "GH200-96GB"],
  ["GH200", 144, NVLINK4, "GH200-144GB"],
  ["B200", 180, 1800, "B200-SXM-180GB"],
  ["NVIDIA B200", 192, 1800, "B200-SXM-180GB"],
  ["GB200", 186, 1800, "GB200"],
  ["GB200 NVL72", 186, 1800, "GB200"],
  ["NVIDIA B300", 288, 1800, "B300-SXM"],
  ["V100", 16, 300, "V100-SXM2-16GB"],
  ["NVIDIA V100", 32, 300, "V100-SXM2-32GB"],
  ["V100-32GB", 32, 300, "V100-SXM2-32GB"],
  ["Tesla V100-PCIE-16GB", 16, 16, "V100-PCIe-16GB"],
  ["T4", 16, 16, "T4"],
  ["Tesla T4", 15, 16, "T4"],
  ["nvidia-tesla-t4", 16, 16, "T4"],
  ["A30", 24, PCIE4, "A30"],
  ["A40", 48, PCIE4, "A40"],
  ["RTX A6000", 48, PCIE4, "RTX-A6000"],
  ["NVIDIA RTX A6000", 48, PCIE4, "RTX-A6000"],
  ["A6000", 48, PCIE4, "RTX-A6000"],
  ["RTXA6000", 48, PCIE4, "RTX-A6000"],
  ["RTX A5000", 24, PCIE4, "RTX-A5000"],
  ["RTX 6000 Ada Generation", 48, PCIE4, "RTX-6000-Ada"],
  ["RTX6000-Ada", 48, PCIE4, "RTX-6000-Ada"],
  ["NVIDIA RTX 4000 Ada Generation", 20, PCIE4, "RTX-4000-Ada"],
  ["RTX PRO 6000 Blackwell Server Edition", 96, 64, "RTX-PRO-6000-SE"],
  ["NVIDIA RTX PRO 6000 Blackwell", 96, 64, "RTX-PRO-6000-SE"],
  ["RTXPRO6000", 96, 64, "RTX-PRO-6000-SE"],
  ["MI300X", 192, 448, "MI300X"],
  ["AMD Instinct MI300X OAM", 192, 448, "MI300X"],
  ["AMD Instinct MI325X", 256, 448, "MI325X"],
];

/** Cards that the table does not have, however alike their names are. */
const STRANGERS: readonly [text: string, memoryGib: number][] = [
  ["K80", 12],
  ["Tesla P100-PCIE-16GB", 16],
  ["Tesla M60", 8],
  ["T4G", 16],
  ["NVIDIA T400", 4],
  ["NVIDIA A2", 16],
  ["RTX A4000", 16],
  ["NVIDIA A16", 16],
  ["V100S", 32],
  ["NVIDIA RTX 4000 SFF Ada Generation", 20],
  ["Quadro RTX 6000", 24],
  ["RTX 6000", 48],
  ["NVIDIA GeForce RTX 4090 Laptop GPU", 16],
  ["RTX 4090 D", 24],
  ["RTX 4080 SUPER", 16],
  ["RTX 3080 Ti", 12],
  ["RTX 3090 Ti", 24],
  ["RTX PRO 6000 Blackwell Max-Q Workstation Edition", 96],
  ["NVIDIA GB300", 288],
  ["NVIDIA GB10", 128],
  ["AMD Instinct MI300A", 128],
  ["AMD Instinct MI250X", 128],
  ["AMD Instinct MI355X", 288],
  ["Intel Gaudi 3", 128],
  ["AWS Trainium2", 96],
  ["GRID A100D-40C", 40],
  ["", 80],
];

describe("findGpu", () => {
  it.each(SPELLINGS)("reads %s with %d GiB and %d GB/s as %s", (text, memory, inside, name) => {
    expect(findGpu(text, memory, inside)?.name ?? null).toBe(name);
  });

  it.each(STRANGERS)("takes %s with %d GiB for none of the table", (text, memoryGib) => {
    for (const inside of [PCIE4, NVLINK4]) expect(findGpu(text, memoryGib, inside)).toBeNull();
  });

  it("believes the form in the name, not the bandwidth beside it", () => {
    expect(findGpu("H100 PCIe", 80, NVLINK3)?.name).toBe("H100-PCIe-80GB");
    expect(findGpu("H100 SXM5", 80, PCIE4)?.name).toBe("H100-SXM5-80GB");
    // Bridged pairs of NVL cards talk as fast as SXM ones do.
    expect(findGpu("H100 NVL", 94, NVLINK3)?.name).toBe("H100-NVL-94GB");
    expect(findGpu("H200 NVL", 141, NVLINK4)?.name).toBe("H200-NVL-141GB");
  });

  it("lets the bandwidth between GPUs decide where the name says no form", () => {
    expect(findGpu("H100", 80, 64)?.name).toBe("H100-PCIe-80GB");
    expect(findGpu("H100", 80, NVLINK4)?.name).toBe("H100-SXM5-80GB");
    expect(findGpu("A100", 80, PCIE4)?.name).toBe("A100-PCIe-80GB");
    expect(findGpu("A100", 40, PCIE4)?.name).toBe("A100-PCIe-40GB");
    expect(findGpu("V100", 16, 16)?.name).toBe("V100-PCIe-16GB");
  });

  it("lets memory decide before the bandwidth does", () => {
    // Only one H100 has 94 GB, whatever its pairs are linked by.
    for (const inside of [64, NVLINK3, NVLINK4]) {
      expect(findGpu("H100", 94, inside)?.name).toBe("H100-NVL-94GB");
    }
    // The table has V100 cards of 32 GB as SXM2 only.
    expect(findGpu("V100", 32, 16)?.name).toBe("V100-SXM2-32GB");
    expect(findGpu("V100-PCIE-32GB", 32, 16)).toBeNull();
  });

  it("takes a part of a card for no card", () => {
    // Azure's smallest NVadsA10 v5 has a sixth of an A10, AWS's g6f an eighth of an L4.
    expect(findGpu("NVIDIA A10", 4, PCIE4)).toBeNull();
    expect(findGpu("NVIDIA L4", 3, PCIE4)).toBeNull();
    // A slice of seven, and cards that were made with less memory for one customer.
    expect(findGpu("A100", 10, NVLINK3)).toBeNull();
    expect(findGpu("A100", 64, NVLINK3)).toBeNull();
    expect(findGpu("H100", 64, NVLINK4)).toBeNull();
    // A pair stated as one.
    expect(findGpu("H100 NVL", 188, NVLINK3)).toBeNull();
  });

  const everyGpu = fc.constantFrom(...GPU_NAMES.map((name) => gpuByName(name)!));
  const insideOf = ({ link }: GpuSpec): number => (link.startsWith("pcie") ? PCIE4 : NVLINK4);

  test("finds every GPU by its own name, in any case and with any punctuation", () => {
    const separator = fc.constantFrom("-", " ", "_", "");
    const vendor = fc.constantFrom("", "NVIDIA ", "nvidia-");
    fc.assert(
      fc.property(everyGpu, separator, vendor, fc.boolean(), (gpu, between, by, isLower) => {
        const name = by + gpu.name.replaceAll("-", between);
        const text = isLower ? name.toLowerCase() : name;
        expect(findGpu(text, gpu.usableMemoryGib, insideOf(gpu))).toBe(gpu);
      }),
    );
  });

  test("finds no other card behind a name with one more letter or digit", () => {
    const more = fc.constantFrom(..."ABCDEFHIJKLMNOPQRTUVWXYZ0123456789");
    fc.assert(
      fc.property(everyGpu, more, ({ name, usableMemoryGib }, letter) => {
        const model = name.replace(/-(SXM|PCIe|NVL|\d+GB|SE).*/, "");
        const found = findGpu(model + letter, usableMemoryGib, NVLINK4);
        // A name with one more character may be that of another card, which has to have that very name.
        if (found) expect(found.name.startsWith(model + letter)).toBe(true);
      }),
    );
  });
});
