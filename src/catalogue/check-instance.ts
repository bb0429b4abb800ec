import { type GpuLink, type GpuSpec, isWholeMemory } from "../hardware/gpu-specs.ts";
import type { CatalogueInstance } from "./catalogue.ts";
import { error, type Finding, warning, when } from "./finding.ts";

/**
 * Most that two GPUs exchange over a link, GB/s. NVLink and Infinity Fabric: both directions together, all links of a GPU
 * (NVIDIA V100, A100, H100, B200 and AMD MI300X datasheets). PCIe: 16 lanes, one direction (PCI-SIG).
 */
const MOST_GBYTES_PER_SECOND: Readonly<Record<GpuLink, number>> = {
  nvl2: 300,
  nvl3: 600,
  nvl4: 900,
  nvl5: 1800,
  pcie3: 16,
  pcie4: 32,
  pcie5: 64,
  xgmi: 896,
};

/** Figures are rounded in datasheets; beyond this share of the link's most it is another link. */
const ROUNDING = 1.05;
/** Below this share of the link's most it is worth a look: cut-down cards (A800, H800) have 400 of 600 or 900 GB/s. */
const LOW_SHARE = 0.4;

/** What is wrong, or odd, with a machine type whose GPU is known. */
export function judgeInstance(row: CatalogueInstance, gpu: GpuSpec): readonly Finding[] {
  return [...memoryOf(row, gpu), ...linkOf(row, gpu), ...countOf(row), ...provenanceOf(row)];
}

function memoryOf(row: CatalogueInstance, gpu: GpuSpec): readonly Finding[] {
  const named = namedMemoryGib(row.instance);
  return [
    ...when(!isWholeMemory(gpu, row.gpuMemoryGib), () =>
      error(
        row.place,
        `${row.instance} has ${row.gpus} × ${row.gpuMemoryGib} GiB, but a ${gpu.name} has ${gpu.usableMemoryGib.toFixed(1)} GiB that can be used.`,
      ),
    ),
    ...when(named !== null && named !== row.gpuMemoryGib, () =>
      error(row.place, `${row.instance} is named for ${named} GB but has ${row.gpuMemoryGib} GiB.`),
    ),
  ];
}

function linkOf(row: CatalogueInstance, gpu: GpuSpec): readonly Finding[] {
  const most = MOST_GBYTES_PER_SECOND[row.link];
  const mismatch = linkMismatch(row.link, gpu.link);
  const inside = `${row.instance} has ${row.insideGBytesPerSecond} GB/s inside`;
  return [
    ...when(mismatch !== null, () =>
      (mismatch === "error" ? error : warning)(
        row.place,
        `${row.instance} has ${row.link} between its GPUs, but a ${gpu.name} has ${gpu.link}.`,
      ),
    ),
    ...when(row.insideGBytesPerSecond > most * ROUNDING, () =>
      error(row.place, `${inside}, but ${row.link} gives at most ${most}.`),
    ),
    ...when(row.insideGBytesPerSecond < most * LOW_SHARE, () =>
      warning(row.place, `${inside}, far below the ${most} of ${row.link}.`),
    ),
  ];
}

/** A host may have an older PCIe than its card. A PCIe card may have a bridge, which is worth a look. All else is wrong. */
function linkMismatch(link: GpuLink, ofGpu: GpuLink): Finding["severity"] | null {
  if (link === ofGpu) return null;
  const isPcie = (each: GpuLink): boolean => each.startsWith("pcie");
  if (!isPcie(ofGpu)) return "error";
  if (!isPcie(link)) return link === "xgmi" ? "error" : "warning";
  return link > ofGpu ? "error" : null;
}

function countOf(row: CatalogueInstance): readonly Finding[] {
  const named = namedGpuCount(row.instance);
  return when(named !== null && named !== row.gpus, () =>
    error(row.place, `${row.instance} is named for ${named} GPUs but has ${row.gpus}.`),
  );
}

function provenanceOf(row: CatalogueInstance): readonly Finding[] {
  return [
    ...when(row.source === "", () => warning(row.place, `${row.instance} has no source.`)),
    ...when(row.checkedOn === null, () =>
      warning(row.place, `${row.instance} does not say when it was checked.`),
    ),
  ];
}

/**
 * How many GPUs a type's name says that it has: `a3-highgpu-8g` (GCP), `BM.GPU.H100.8`, `BM.GPU4.8`, `VM.GPU.A10.2` (OCI),
 * `gpu_8x_h100_sxm5` (Lambda), `gd-8xh100ib-i128` (CoreWeave), `gpu-h100-sxm_8gpu-128vcpu-1600gb` (Nebius),
 * `8x_H100_SECURE` (RunPod). null where it says nothing.
 */
export function namedGpuCount(instance: string): number | null {
  const match =
    /gpu-(\d+)g$/.exec(instance) ??
    /^(?:BM|VM)\.GPU.*\.(\d+)$/.exec(instance) ??
    /(?:^|[_-])(\d+)x_?[a-z]/i.exec(instance) ??
    /[_-](\d+)gpu(?:-|$)/.exec(instance);
  return match ? Number(match[1]) : null;
}

/** Memory of one GPU in a type's name, GB, as in `1x_A100-80GB_SECURE`; null where it says nothing. */
function namedMemoryGib(instance: string): number | null {
  const match = /[A-Z]\d*-(\d+)GB/.exec(instance);
  return match ? Number(match[1]) : null;
}
