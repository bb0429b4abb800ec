// Written by `npm run fit`: do not edit.
import type { ParameterValues } from "./parameters.ts";
import type { Evidence, SpreadTable } from "./uncertainty.ts";

/** Parameters fitted on 4634 measured figures (calibration.csv); behind each its source. */
export const FITTED_VALUES: ParameterValues = {
  "compute16.hopper": 0.66161, // fitted on 821 figures, ± 2.6 %
  "compute8.hopper": 0.684, // fitted on 645 figures, ± 2.1 %
  "compute4.hopper": 0.5, // engineering default
  "read16.hopper": 0.92777, // fitted on 1374 figures, ± 2.4 %
  "read8.hopper": 0.77889, // fitted on 519 figures, ± 3.0 %
  "read4.hopper": 0.72248, // fitted on 191 figures, ± 5.5 %
  "attentionCompute.hopper": 0.62589, // fitted on 803 figures, ± 10.9 %
  "attentionRead.hopper": 0.9139, // fitted on 1119 figures, ± 2.3 %
  "compute16.blackwell_dc": 0.72253, // fitted on 140 figures, ± 10.4 %
  "compute8.blackwell_dc": 0.54253, // fitted on 276 figures, ± 6.5 %
  "compute4.blackwell_dc": 0.44619, // fitted on 183 figures, ± 6.1 %
  "read16.blackwell_dc": 0.79958, // fitted on 476 figures, ± 5.8 %
  "read8.blackwell_dc": 0.7164, // fitted on 136 figures, ± 4.7 %
  "read4.blackwell_dc": 0.89369, // fitted on 286 figures, ± 4.9 %
  "attentionCompute.blackwell_dc": 0.55599, // fitted on 273 figures, ± 15.3 %
  "attentionRead.blackwell_dc": 0.67823, // fitted on 379 figures, ± 5.2 %
  "compute16.blackwell_gddr": 0.80169, // fitted on 35 figures, ± 10.3 %
  "compute8.blackwell_gddr": 0.735, // kernel timings (aiconfigurator, vidur), fitted by class
  "compute4.blackwell_gddr": 0.74788, // fitted on 46 figures, ± 8.8 %
  "read16.blackwell_gddr": 0.94044, // fitted on 52 figures, ± 5.5 %
  "read8.blackwell_gddr": 0.87, // kernel timings (aiconfigurator, vidur), fitted by class
  "read4.blackwell_gddr": 0.67026, // fitted on 46 figures, ± 6.3 %
  "attentionCompute.blackwell_gddr": 0.68642, // fitted on 38 figures, ± 16.6 %
  "attentionRead.blackwell_gddr": 1.0246, // fitted on 52 figures, ± 5.7 %
  "compute16.ada": 0.71807, // fitted on 122 figures, ± 5.7 %
  "compute8.ada": 0.663, // fitted on 120 figures, ± 6.5 %
  "compute4.ada": 0.49, // engineering default
  "read16.ada": 0.88317, // fitted on 261 figures, ± 1.9 %
  "read8.ada": 0.79169, // fitted on 107 figures, ± 5.5 %
  "read4.ada": 0.7, // engineering default
  "attentionCompute.ada": 0.54703, // fitted on 101 figures, ± 9.0 %
  "attentionRead.ada": 0.91009, // fitted on 211 figures, ± 4.0 %
  "compute16.ampere_dc": 0.75485, // fitted on 546 figures, ± 2.4 %
  "compute8.ampere_dc": 0.6, // engineering default
  "compute4.ampere_dc": 0.6, // engineering default
  "read16.ampere_dc": 0.7926, // fitted on 555 figures, ± 1.6 %
  "read8.ampere_dc": 0.72, // engineering default
  "read4.ampere_dc": 0.72, // engineering default
  "attentionCompute.ampere_dc": 0.58724, // fitted on 133 figures, ± 20.0 %
  "attentionRead.ampere_dc": 0.85716, // fitted on 465 figures, ± 2.8 %
  "compute16.ampere_gddr": 0.78841, // fitted on 63 figures, ± 5.3 %
  "compute8.ampere_gddr": 0.6, // engineering default
  "compute4.ampere_gddr": 0.6, // engineering default
  "read16.ampere_gddr": 0.85395, // fitted on 63 figures, ± 2.9 %
  "read8.ampere_gddr": 0.7, // engineering default
  "read4.ampere_gddr": 0.7, // engineering default
  "attentionCompute.ampere_gddr": 0.43756, // fitted on 18 figures, ± 9.9 %
  "attentionRead.ampere_gddr": 0.79108, // fitted on 43 figures, ± 10.3 %
  "compute16.turing": 0.55, // engineering default
  "compute8.turing": 0.5, // engineering default
  "compute4.turing": 0.5, // engineering default
  "read16.turing": 0.75, // engineering default
  "read8.turing": 0.7, // engineering default
  "read4.turing": 0.7, // engineering default
  "attentionCompute.turing": 0.3, // engineering default
  "attentionRead.turing": 0.7, // engineering default
  "compute16.volta": 0.7, // engineering default
  "compute8.volta": 0.6, // engineering default
  "compute4.volta": 0.6, // engineering default
  "read16.volta": 0.8, // engineering default
  "read8.volta": 0.7, // engineering default
  "read4.volta": 0.7, // engineering default
  "attentionCompute.volta": 0.3, // engineering default
  "attentionRead.volta": 0.7, // engineering default
  "compute16.cdna3": 0.50011, // fitted on 1 figures, ± 10.5 %
  "compute8.cdna3": 0.39807, // fitted on 14 figures, ± 7.7 %
  "compute4.cdna3": 0.4, // engineering default
  "read16.cdna3": 0.70108, // fitted on 16 figures, ± 6.2 %
  "read8.cdna3": 0.60249, // fitted on 14 figures, ± 7.8 %
  "read4.cdna3": 0.6, // engineering default
  "attentionCompute.cdna3": 0.30021, // fitted on 7 figures, ± 22.1 %
  "attentionRead.cdna3": 0.60908, // fitted on 15 figures, ± 10.2 %
  "typeCompute.H100-SXM5-80GB": 0.95992, // fitted on 781 figures, ± 2.0 %
  "typeRead.H100-SXM5-80GB": 1.0552, // fitted on 836 figures, ± 1.4 %
  "typeCompute.H100-PCIe-80GB": 1, // like its class
  "typeRead.H100-PCIe-80GB": 1, // like its class
  "typeCompute.H100-NVL-94GB": 1, // like its class
  "typeRead.H100-NVL-94GB": 1, // like its class
  "typeCompute.H200-SXM-141GB": 0.98177, // fitted on 536 figures, ± 2.1 %
  "typeRead.H200-SXM-141GB": 1.0586, // fitted on 536 figures, ± 2.0 %
  "typeCompute.H200-NVL-141GB": 1, // like its class
  "typeRead.H200-NVL-141GB": 1, // like its class
  "typeCompute.GH200-96GB": 1, // like its class
  "typeRead.GH200-96GB": 1, // like its class
  "typeCompute.GH200-144GB": 1, // like its class
  "typeRead.GH200-144GB": 1, // like its class
  "typeCompute.H20-96GB": 1, // like its class
  "typeRead.H20-96GB": 1, // like its class
  "typeCompute.H800-SXM5-80GB": 1, // like its class
  "typeRead.H800-SXM5-80GB": 1, // like its class
  "typeCompute.B200-SXM-180GB": 1.0306, // fitted on 459 figures, ± 3.7 %
  "typeRead.B200-SXM-180GB": 1.1612, // fitted on 476 figures, ± 2.3 %
  "typeCompute.GB200": 1, // like its class
  "typeRead.GB200": 1, // like its class
  "typeCompute.B300-SXM": 1, // like its class
  "typeRead.B300-SXM": 1, // like its class
  "typeCompute.A100-SXM4-40GB": 0.97502, // fitted on 338 figures, ± 6.5 %
  "typeRead.A100-SXM4-40GB": 1.0664, // fitted on 344 figures, ± 1.5 %
  "typeCompute.A100-SXM4-80GB": 1.0319, // fitted on 211 figures, ± 2.3 %
  "typeRead.A100-SXM4-80GB": 0.9893, // fitted on 211 figures, ± 2.1 %
  "typeCompute.A100-PCIe-80GB": 1, // like its class
  "typeRead.A100-PCIe-80GB": 1, // like its class
  "typeCompute.A100-PCIe-40GB": 1, // like its class
  "typeRead.A100-PCIe-40GB": 1, // like its class
  "typeCompute.A800-SXM4-80GB": 1, // like its class
  "typeRead.A800-SXM4-80GB": 1, // like its class
  "typeCompute.A30": 1, // like its class
  "typeRead.A30": 1, // like its class
  "typeCompute.L40S": 1.0798, // fitted on 152 figures, ± 5.1 %
  "typeRead.L40S": 1.0145, // fitted on 161 figures, ± 2.0 %
  "typeCompute.L40": 1, // like its class
  "typeRead.L40": 1, // like its class
  "typeCompute.L20": 1, // like its class
  "typeRead.L20": 1, // like its class
  "typeCompute.L4": 1, // like its class
  "typeRead.L4": 1, // like its class
  "typeCompute.RTX-4090": 1.0818, // fitted on 38 figures, ± 4.9 %
  "typeRead.RTX-4090": 1.0345, // fitted on 53 figures, ± 2.9 %
  "typeCompute.RTX-4080": 1.084, // fitted on 7 figures, ± 7.9 %
  "typeRead.RTX-4080": 1.0483, // fitted on 7 figures, ± 5.3 %
  "typeCompute.RTX-4000-Ada": 0.9964, // fitted on 21 figures, ± 5.6 %
  "typeRead.RTX-4000-Ada": 1.0664, // fitted on 21 figures, ± 3.9 %
  "typeCompute.RTX-5000-Ada": 0.92623, // fitted on 13 figures, ± 7.1 %
  "typeRead.RTX-5000-Ada": 1.0466, // fitted on 19 figures, ± 3.8 %
  "typeCompute.RTX-6000-Ada": 1, // like its class
  "typeRead.RTX-6000-Ada": 1, // like its class
  "typeCompute.A40": 0.98458, // fitted on 30 figures, ± 5.0 %
  "typeRead.A40": 0.99975, // fitted on 30 figures, ± 3.5 %
  "typeCompute.RTX-A6000": 1.0107, // fitted on 30 figures, ± 4.9 %
  "typeRead.RTX-A6000": 1.0633, // fitted on 30 figures, ± 3.7 %
  "typeCompute.RTX-A5000": 1, // like its class
  "typeRead.RTX-A5000": 1, // like its class
  "typeCompute.A10G": 1, // like its class
  "typeRead.A10G": 1, // like its class
  "typeCompute.A10": 1, // like its class
  "typeRead.A10": 1, // like its class
  "typeCompute.RTX-3090": 1, // like its class
  "typeRead.RTX-3090": 1, // like its class
  "typeCompute.RTX-3080": 1, // like its class
  "typeRead.RTX-3080": 1, // like its class
  "typeCompute.RTX-3070": 1.0244, // fitted on 3 figures, ± 8.2 %
  "typeRead.RTX-3070": 1.0351, // fitted on 3 figures, ± 5.9 %
  "typeCompute.T4": 1, // like its class
  "typeRead.T4": 1, // like its class
  "typeCompute.V100-SXM2-16GB": 1, // like its class
  "typeRead.V100-SXM2-16GB": 1, // like its class
  "typeCompute.V100-SXM2-32GB": 1, // like its class
  "typeRead.V100-SXM2-32GB": 1, // like its class
  "typeCompute.V100-PCIe-16GB": 1, // like its class
  "typeRead.V100-PCIe-16GB": 1, // like its class
  "typeCompute.RTX-PRO-6000-SE": 1.0419, // fitted on 52 figures, ± 5.8 %
  "typeRead.RTX-PRO-6000-SE": 1.0507, // fitted on 52 figures, ± 2.8 %
  "typeCompute.RTX-5090": 1, // like its class
  "typeRead.RTX-5090": 1, // like its class
  "typeCompute.MI300X": 0.99811, // fitted on 14 figures, ± 6.2 %
  "typeRead.MI300X": 1.0093, // fitted on 16 figures, ± 5.8 %
  "typeCompute.MI325X": 1, // like its class
  "typeRead.MI325X": 1, // like its class
  "stepMs.vllm": 0.39116, // fitted on 460 figures, ± 20.8 %
  "layerUs.vllm": 56.103, // fitted on 542 figures, ± 2.9 %
  "sequenceUs.vllm": 11.886, // fitted on 375 figures, ± 25.7 %
  "launchFloorUs.vllm": 0.001, // engineering default
  "groupedQueryExponent.vllm": 0.001, // engineering default
  "computeFactor.vllm": 1, // engineering default
  "readFactor.vllm": 1, // engineering default
  "attentionReadFactor.vllm": 0.9, // engineering default
  "httpMs.vllm": 22.002, // fitted on 274 figures, ± 9.5 %
  "promptMs.vllm": 2, // engineering default
  "pipelineLoss.vllm": 0.20972, // engineering default
  "stepMs.tensorrt-llm": 1.0555, // fitted on 879 figures, ± 9.5 %
  "layerUs.tensorrt-llm": 36.741, // fitted on 925 figures, ± 5.0 %
  "sequenceUs.tensorrt-llm": 2.6114, // fitted on 547 figures, ± 21.2 %
  "launchFloorUs.tensorrt-llm": 0.001, // engineering default
  "groupedQueryExponent.tensorrt-llm": 0.001, // engineering default
  "computeFactor.tensorrt-llm": 1, // engineering default
  "readFactor.tensorrt-llm": 1, // engineering default
  "attentionReadFactor.tensorrt-llm": 0.95, // engineering default
  "httpMs.tensorrt-llm": 39.618, // fitted on 245 figures, ± 11.2 %
  "promptMs.tensorrt-llm": 1, // engineering default
  "pipelineLoss.tensorrt-llm": 0.19025, // fitted on 22 figures, ± 30.6 %
  "stepMs.vllm-eager": 3.0436, // fitted on 19 figures, ± 76.3 %
  "layerUs.vllm-eager": 20, // engineering default
  "sequenceUs.vllm-eager": 15, // engineering default
  "launchFloorUs.vllm-eager": 250.87, // fitted on 1 figures, ± 35.0 %
  "groupedQueryExponent.vllm-eager": 0.001, // engineering default
  "computeFactor.vllm-eager": 0.85403, // fitted on 19 figures, ± 15.8 %
  "readFactor.vllm-eager": 1, // engineering default
  "attentionReadFactor.vllm-eager": 0.65484, // fitted on 19 figures, ± 20.9 %
  "httpMs.vllm-eager": 26.198, // engineering default
  "promptMs.vllm-eager": 2, // engineering default
  "pipelineLoss.vllm-eager": 0.3746, // fitted on 12 figures, ± 25.8 %
  "stepMs.rocm": 1.771, // fitted on 16 figures, ± 32.8 %
  "layerUs.rocm": 28.009, // fitted on 16 figures, ± 26.4 %
  "sequenceUs.rocm": 13.561, // fitted on 14 figures, ± 60.6 %
  "launchFloorUs.rocm": 0.001, // engineering default
  "groupedQueryExponent.rocm": 0.001, // engineering default
  "computeFactor.rocm": 1, // engineering default
  "readFactor.rocm": 1, // engineering default
  "attentionReadFactor.rocm": 0.9, // engineering default
  "httpMs.rocm": 26.198, // engineering default
  "promptMs.rocm": 2, // engineering default
  "pipelineLoss.rocm": 0.20972, // engineering default
  "stepMs.llama.cpp": 1.6888, // fitted on 195 figures, ± 13.0 %
  "layerUs.llama.cpp": 28.335, // fitted on 189 figures, ± 23.3 %
  "sequenceUs.llama.cpp": 3, // engineering default
  "launchFloorUs.llama.cpp": 0.001, // engineering default
  "groupedQueryExponent.llama.cpp": 0.001, // engineering default
  "computeFactor.llama.cpp": 0.67511, // fitted on 174 figures, ± 2.9 %
  "readFactor.llama.cpp": 0.95, // engineering default
  "attentionReadFactor.llama.cpp": 0.61686, // fitted on 152 figures, ± 17.3 %
  "httpMs.llama.cpp": 26.198, // engineering default
  "promptMs.llama.cpp": 1, // engineering default
  "pipelineLoss.llama.cpp": 0.20972, // engineering default
  "stepMs.sglang": 2.3246, // fitted on 126 figures, ± 21.5 %
  "layerUs.sglang": 20.763, // fitted on 112 figures, ± 41.8 %
  "sequenceUs.sglang": 22.161, // fitted on 120 figures, ± 9.6 %
  "launchFloorUs.sglang": 0.001, // engineering default
  "groupedQueryExponent.sglang": 0.001, // engineering default
  "computeFactor.sglang": 1, // engineering default
  "readFactor.sglang": 1, // engineering default
  "attentionReadFactor.sglang": 0.9, // engineering default
  "httpMs.sglang": 32.748, // fitted on 63 figures, ± 77.3 %
  "promptMs.sglang": 2, // engineering default
  "pipelineLoss.sglang": 0.20972, // engineering default
  "stepMs.tensorrt-llm-static": 1.1773, // fitted on 413 figures, ± 7.2 %
  "layerUs.tensorrt-llm-static": 53.78, // fitted on 416 figures, ± 4.9 %
  "sequenceUs.tensorrt-llm-static": 10.399, // fitted on 274 figures, ± 21.7 %
  "launchFloorUs.tensorrt-llm-static": 0.001, // engineering default
  "groupedQueryExponent.tensorrt-llm-static": 0.35896, // fitted on 149 figures, ± 12.3 %
  "computeFactor.tensorrt-llm-static": 1, // engineering default
  "readFactor.tensorrt-llm-static": 1, // engineering default
  "attentionReadFactor.tensorrt-llm-static": 1, // engineering default
  "httpMs.tensorrt-llm-static": 26.198, // engineering default
  "promptMs.tensorrt-llm-static": 1, // engineering default
  "pipelineLoss.tensorrt-llm-static": 0.20972, // engineering default
  "stepMs.vllm-0.6": 2.4683, // fitted on 252 figures, ± 4.2 %
  "layerUs.vllm-0.6": 43.029, // fitted on 252 figures, ± 7.8 %
  "sequenceUs.vllm-0.6": 64.205, // fitted on 247 figures, ± 6.7 %
  "launchFloorUs.vllm-0.6": 0.001, // engineering default
  "groupedQueryExponent.vllm-0.6": 0.34233, // fitted on 154 figures, ± 15.7 %
  "computeFactor.vllm-0.6": 1.0079, // fitted on 225 figures, ± 12.1 %
  "readFactor.vllm-0.6": 1, // engineering default
  "attentionReadFactor.vllm-0.6": 0.8529, // fitted on 236 figures, ± 4.5 %
  "httpMs.vllm-0.6": 26.198, // engineering default
  "promptMs.vllm-0.6": 2, // engineering default
  "pipelineLoss.vllm-0.6": 0.20972, // engineering default
  "stepMs.deepspeed-mii": 5.8173, // fitted on 97 figures, ± 5.6 %
  "layerUs.deepspeed-mii": 57.434, // fitted on 97 figures, ± 17.4 %
  "sequenceUs.deepspeed-mii": 67.07, // fitted on 87 figures, ± 19.7 %
  "launchFloorUs.deepspeed-mii": 0.001, // engineering default
  "groupedQueryExponent.deepspeed-mii": 0.72128, // fitted on 57 figures, ± 11.5 %
  "computeFactor.deepspeed-mii": 0.76219, // fitted on 94 figures, ± 12.3 %
  "readFactor.deepspeed-mii": 1, // engineering default
  "attentionReadFactor.deepspeed-mii": 1.0173, // fitted on 91 figures, ± 7.7 %
  "httpMs.deepspeed-mii": 26.198, // engineering default
  "promptMs.deepspeed-mii": 1, // engineering default
  "pipelineLoss.deepspeed-mii": 0.20972, // engineering default
  "stepMs.splitwise": 15.85, // fitted on 138 figures, ± 5.1 %
  "layerUs.splitwise": 20, // engineering default
  "sequenceUs.splitwise": 35.944, // fitted on 20 figures, ± 77.3 %
  "launchFloorUs.splitwise": 225.86, // fitted on 61 figures, ± 8.4 %
  "groupedQueryExponent.splitwise": 0.1, // engineering default
  "computeFactor.splitwise": 0.77842, // fitted on 114 figures, ± 3.1 %
  "readFactor.splitwise": 1, // engineering default
  "attentionReadFactor.splitwise": 0.6, // engineering default
  "httpMs.splitwise": 26.198, // engineering default
  "promptMs.splitwise": 8.0655, // fitted on 58 figures, ± 37.8 %
  "pipelineLoss.splitwise": 0.20972, // engineering default
  overlapPower: 2.1, // kernel timings (aiconfigurator, vidur), fitted by class
  rampTokens: 11.204, // fitted on 1420 figures, ± 7.7 %
  attentionRampTokens: 600, // engineering default
  elementwise: 1, // engineering default
  quantizeActivations: 1, // engineering default
  moeLayerUs: 6.6011, // fitted on 404 figures, ± 34.3 %
  moeCompute: 0.82636, // fitted on 525 figures, ± 3.2 %
  moeRead: 1, // engineering default
  dequantize4: 0.46285, // fitted on 314 figures, ± 4.6 %
  dequantize8: 0.8, // engineering default
  llamaCppRead4: 1.0889, // fitted on 93 figures, ± 2.9 %
  llamaCppAttention: 0.19075, // fitted on 46 figures, ± 7.3 %
  llamaCppDataCentre: 0.64693, // fitted on 21 figures, ± 4.5 %
  pagedOutputShare: 0.66639, // fitted on 33 figures, ± 0.7 %
  drainTail: 0.30428, // fitted on 421 figures, ± 12.5 %
  schedulerCap: 1014.1, // fitted on 116 figures, ± 11.5 %
  powerExponent: 0.4, // clocks go with the cube root of power where voltage follows, more steeply below
  prefillInterference: 1, // engineering default
  burstInterference: 0.6, // engineering default
  cachedPromptShare: 0.43379, // fitted on 28 figures, ± 15.2 %
  waveRandom: 0.28199, // fitted on 413 figures, ± 4.3 %
  waveFixed: 0.39236, // fitted on 96 figures, ± 8.0 %
  waveBurst: 0.94956, // fitted on 66 figures, ± 9.0 %
  waveExponent: 0.8, // engineering default
  tokenizeUs: 1.2543, // fitted on 441 figures, ± 51.1 %
  queueWeight: 0.5, // engineering default
  collectiveFactor: 1, // engineering default
  hopInsideUs: 15, // engineering default
  hopOutsideUs: 60, // engineering default
  ethernetShare: 0.5, // engineering default
  pciePeerSlope: 0.14618, // fitted on 52 figures, ± 19.6 %
  pcieHostSlope: 1.4329, // fitted on 16 figures, ± 4.6 %
};

/** What was measured. */
export const EVIDENCE: Evidence = {
  combinations: [
    "A100-SXM4-40GB|deepspeed-mii|16bit",
    "A100-SXM4-40GB|tensorrt-llm-static|16bit",
    "A100-SXM4-40GB|vllm-0.6|16bit",
    "A100-SXM4-80GB|llama.cpp|16bit",
    "A100-SXM4-80GB|llama.cpp|int4",
    "A100-SXM4-80GB|splitwise|16bit",
    "A100-SXM4-80GB|tensorrt-llm-static|16bit",
    "A100-SXM4-80GB|tensorrt-llm|16bit",
    "A40|llama.cpp|16bit",
    "A40|llama.cpp|int4",
    "B200-SXM-180GB|tensorrt-llm|fp8",
    "B200-SXM-180GB|tensorrt-llm|mxfp4",
    "B200-SXM-180GB|tensorrt-llm|nvfp4",
    "B200-SXM-180GB|vllm|fp8",
    "B200-SXM-180GB|vllm|mxfp4",
    "B200-SXM-180GB|vllm|nvfp4",
    "H100-SXM5-80GB|sglang|16bit",
    "H100-SXM5-80GB|splitwise|16bit",
    "H100-SXM5-80GB|tensorrt-llm-static|16bit",
    "H100-SXM5-80GB|tensorrt-llm-static|fp8",
    "H100-SXM5-80GB|tensorrt-llm|16bit",
    "H100-SXM5-80GB|tensorrt-llm|fp8",
    "H100-SXM5-80GB|vllm-0.6|16bit",
    "H100-SXM5-80GB|vllm|16bit",
    "H100-SXM5-80GB|vllm|fp8",
    "H100-SXM5-80GB|vllm|mxfp4",
    "H200-SXM-141GB|sglang|fp8",
    "H200-SXM-141GB|tensorrt-llm-static|fp8",
    "H200-SXM-141GB|tensorrt-llm|fp8",
    "H200-SXM-141GB|tensorrt-llm|mxfp4",
    "H200-SXM-141GB|vllm|fp8",
    "H200-SXM-141GB|vllm|mxfp4",
    "L40S|llama.cpp|16bit",
    "L40S|llama.cpp|int4",
    "L40S|tensorrt-llm-static|fp8",
    "L40S|tensorrt-llm|fp8",
    "L40S|vllm-eager|16bit",
    "MI300X|rocm|fp8",
    "RTX-3070|llama.cpp|int4",
    "RTX-4000-Ada|llama.cpp|16bit",
    "RTX-4000-Ada|llama.cpp|int4",
    "RTX-4080|llama.cpp|16bit",
    "RTX-4080|llama.cpp|int4",
    "RTX-4090|llama.cpp|16bit",
    "RTX-4090|llama.cpp|int4",
    "RTX-4090|vllm|16bit",
    "RTX-5000-Ada|llama.cpp|16bit",
    "RTX-5000-Ada|llama.cpp|int4",
    "RTX-A6000|llama.cpp|16bit",
    "RTX-A6000|llama.cpp|int4",
    "RTX-PRO-6000-SE|tensorrt-llm|nvfp4",
    "RTX-PRO-6000-SE|vllm|16bit",
  ],
  gpuClasses: [
    "ada",
    "ampere_dc",
    "ampere_gddr",
    "blackwell_dc",
    "blackwell_gddr",
    "cdna3",
    "hopper",
  ],
  profiles: [
    "deepspeed-mii",
    "llama.cpp",
    "rocm",
    "sglang",
    "splitwise",
    "tensorrt-llm",
    "tensorrt-llm-static",
    "vllm",
    "vllm-0.6",
    "vllm-eager",
  ],
  models: [
    "28|3584|0",
    "28|4096|0",
    "32|4096|0",
    "32|4096|8",
    "36|2880|128",
    "48|2048|128",
    "64|5120|0",
    "70|14336|0",
    "80|8192|0",
  ],
};

/** 80 % intervals as factors, from figures that the fit had not seen. */
export const SPREADS: SpreadTable = {
  byConfidence: {
    measured_alike: {
      throughput: { low: 0.8636, high: 1.149 },
      tpot: { low: 0.8555, high: 1.172 },
      ttft: { low: 0.5982, high: 1.874 },
      prompt: { low: 0.7633, high: 1.43 },
    },
    same_gpu_class: {
      throughput: { low: 0.8636, high: 1.21 },
      tpot: { low: 0.7814, high: 1.256 },
      ttft: { low: 0.5705, high: 2.082 },
      prompt: { low: 0.7369, high: 1.43 },
    },
    extrapolated: {
      throughput: { low: 0.8636, high: 1.327 },
      tpot: { low: 0.637, high: 1.256 },
      ttft: { low: 0.4496, high: 2.082 },
      prompt: { low: 0.7369, high: 1.43 },
    },
  },
  byHazard: {
    pipeline: { low: 0.7923, high: 1.461 },
    kv_starved: { low: 0.5058, high: 1.202 },
  },
};
