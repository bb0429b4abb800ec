import { GPU_NAMES, type GpuSpec, gpuByName } from "../hardware/gpu-specs.ts";
import type { Catalogue } from "./catalogue.ts";

/** Finds the GPU of exactly a name: the user's own before the shipped table's, of several of the user's own the first. */
export type FindGpu = (name: string) => GpuSpec | undefined;

export function gpusOf({ gpus }: Pick<Catalogue, "gpus">): FindGpu {
  const own = new Map(gpus.map(({ spec }) => [spec.name, spec] as const).reverse());
  return (name) => own.get(name) ?? gpuByName(name);
}

/** Names of all GPUs that instances can name. */
export function catalogueGpuNames({ gpus }: Pick<Catalogue, "gpus">): readonly string[] {
  return [...new Set([...GPU_NAMES, ...gpus.map(({ spec }) => spec.name)])];
}

const VENDORS: ReadonlySet<string> = new Set(["NVIDIA", "AMD", "GEFORCE", "INSTINCT", "TESLA"]);

/**
 * Whether a text means a GPU: its name, or words of it in their order ("H100", "A100 80GB", "H100 SXM"). A word of letters
 * stands for its numbered forms: SXM for SXM5. Makers' names, letter case and punctuation do not count.
 */
export function meansGpu(text: string, gpuName: string): boolean {
  const wanted = words(text).filter((word) => !VENDORS.has(word));
  const there = words(gpuName);
  let from = 0;
  for (const word of wanted) {
    const at = there.findIndex((each, index) => index >= from && isWord(word, each));
    if (at < 0) return false;
    from = at + 1;
  }
  return wanted.length > 0;
}

function isWord(wanted: string, word: string): boolean {
  return (
    word === wanted ||
    (/^[A-Z]+$/.test(wanted) && word.startsWith(wanted) && /^\d+$/.test(word.slice(wanted.length)))
  );
}

function words(text: string): readonly string[] {
  return text
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .filter((word) => word !== "");
}
