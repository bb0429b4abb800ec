import { ENGINE_TABLE, type Profile } from "../../engines/engines.ts";
import type { GpuClass, GpuSpec } from "../../hardware/gpu-specs.ts";
import type { Architecture } from "../../model/architecture.ts";
import type { Parameters } from "./parameters.ts";

/** What a GPU reaches for one model under one engine, FLOP/s and bytes/s. */
export interface Rates {
  /** Linear layers of attention. */
  readonly attentionFlops: number;
  /** Feed-forward network; experts reach a share of it, see layer-time.ts. */
  readonly ffnFlops: number;
  /** 16-bit matrices, as the LM head. */
  readonly headFlops: number;
  /** Prefill attention of long prompts; short ones reach S/(S + S0) of it. */
  readonly prefillAttentionFlops: number;
  readonly attentionReadBytes: number;
  readonly ffnReadBytes: number;
  readonly headReadBytes: number;
  /** KV cache reads. */
  readonly kvReadBytes: number;
  readonly elementwiseBytes: number;
}

/** TDP over 16-bit peak of each class's usual card, W per TFLOP/s: where the power rule starts. Source: the datasheets. */
const REFERENCE_WATTS_PER_TFLOPS: Readonly<Record<GpuClass, number>> = {
  hopper: 700 / 989.4, // H100 SXM5
  blackwell_dc: 1000 / 2250, // B200
  blackwell_gddr: 600 / 503.8, // RTX PRO 6000 Server Edition
  ada: 350 / 362, // L40S
  ampere_dc: 400 / 312, // A100 SXM4
  ampere_gddr: 300 / 154.8, // RTX A6000
  turing: 70 / 65, // T4
  volta: 300 / 125, // V100 SXM2
  cdna3: 750 / 1307.4, // MI300X
};

const DATA_CENTRE_CLASSES: ReadonlySet<GpuClass> = new Set<GpuClass>([
  "hopper",
  "blackwell_dc",
  "ampere_dc",
  "volta",
  "cdna3",
]);

/** Share of the 16-bit read rate that element-wise kernels reach. Engineering default. */
const ELEMENTWISE_SHARE = 0.9;

/**
 * The power rule: a card with less power for its peak than its class's usual card runs at lower clocks,
 * min(1, (TDP/peak)/(TDP/peak of the class))^exponent.
 */
export function powerFactor(gpu: GpuSpec, exponent: number): number {
  const ratio = gpu.tdpWatts / gpu.tflops16 / REFERENCE_WATTS_PER_TFLOPS[gpu.gpuClass];
  return Math.min(1, ratio) ** exponent;
}

/** Whether embedding and LM head are kept in GGML's own 4-bit format: of 4-bit weights. */
export function hasGgmlEnds(profile: Profile, { weightFormat }: Architecture): boolean {
  return ENGINE_TABLE[profile].ggml === true && weightFormat === "int4";
}

/** Datasheet rates times the shares that are reached, by weight format. */
export function effectiveRates(
  gpu: GpuSpec,
  architecture: Architecture,
  profile: Profile,
  { gpu: share, type, engine, common }: Parameters,
): Rates {
  const { weightFormat } = architecture;
  const { ggml = false } = ENGINE_TABLE[profile];
  const power = powerFactor(gpu, common.powerExponent);
  const tuning = ggml && DATA_CENTRE_CLASSES.has(gpu.gpuClass) ? common.llamaCppDataCentre : 1;
  const tera = 1e12 * engine.computeFactor * power * type.typeCompute * tuning;
  const memoryBytes = gpu.memoryGBytesPerSecond * 1e9 * type.typeRead * tuning;
  // GeForce cards multiply at twice the datasheet's rate when they accumulate in FP16, as llama.cpp does.
  const isGeForce = gpu.name.startsWith("RTX-") && /^RTX-\d{4}$/.test(gpu.name);
  const peak16 = gpu.tflops16 * (ggml && isGeForce ? 2 : 1);
  const flops16 = peak16 * share.compute16 * tera;
  const flops8 =
    gpu.tflops8 > 0 ? gpu.tflops8 * share.compute8 * tera : flops16 * common.dequantize8;
  const flops4 =
    gpu.tflops4 > 0 ? gpu.tflops4 * share.compute4 * tera : flops16 * common.dequantize4;

  const bandwidth = memoryBytes * engine.readFactor;
  const read16 = bandwidth * share.read16;
  let linearFlops = flops16;
  let linearRead = read16;
  let ffnFlops = flops16;
  let ffnRead = read16;
  switch (weightFormat) {
    case "16bit":
      break;
    case "fp8":
      linearFlops = ffnFlops = flops8;
      linearRead = ffnRead = bandwidth * share.read8;
      break;
    case "nvfp4":
      linearFlops = ffnFlops = flops4;
      linearRead = ffnRead = bandwidth * share.read4;
      break;
    case "int4":
      linearFlops = ffnFlops = flops16 * common.dequantize4;
      linearRead = ffnRead = read16 * (ggml ? common.llamaCppRead4 : share.read4 / share.read16);
      break;
    case "mxfp4":
      // Activations of 8 or 16 bits: FP4 hardware multiplies MXFP4 experts at its FP8 rate.
      ffnFlops = gpu.tflops4 > 0 ? flops8 : flops16 * common.dequantize4;
      ffnRead = bandwidth * share.read4;
      break;
  }
  return {
    attentionFlops: linearFlops,
    ffnFlops,
    headFlops: flops16,
    prefillAttentionFlops:
      gpu.tflops16 * tera * share.attentionCompute * (ggml ? common.llamaCppAttention : 1),
    attentionReadBytes: linearRead,
    ffnReadBytes: ffnRead,
    headReadBytes: read16,
    kvReadBytes: memoryBytes * share.attentionRead * engine.attentionReadFactor,
    elementwiseBytes: memoryBytes * share.read16 * ELEMENTWISE_SHARE,
  };
}
