// Written by `npm run fit`: do not edit.
import type { ParameterValues } from "./parameters.ts";
import type { Evidence, SpreadTable } from "./uncertainty.ts";

/** Parameters fitted on 4634 measured figures (calibration.csv); behind each its source. */
export const FITTED_VALUES: ParameterValues = {
  "compute16.hopper": 0.66189, // fitted on 821 figures, ± 2.6 %
  "compute8.hopper": 0.68581, // fitted on 645 figures, ± 2.1 %
  "compute4.hopper": 0.5, // engineering default
  "read16.hopper": 0.92922, // fitted on 1370 figures, ± 2.4 %
  "read8.hopper": 0.77931, // fitted on 534 figures, ± 3.0 %
  "read4.hopper": 0.72081, // fitted on 192 figures, ± 5.5 %
  "attentionCompute.hopper": 0.63211, // fitted on 799 figures, ± 11.0 %
  "attentionRead.hopper": 0.90929, // fitted on 1079 figures, ± 2.3 %
  "compute16.blackwell_dc": 0.72295, // fitted on 140 figures, ± 10.4 %
  "compute8.blackwell_dc": 0.54296, // fitted on 276 figures, ± 6.5 %
  "compute4.blackwell_dc": 0.44612, // fitted on 183 figures, ± 6.1 %
  "read16.blackwell_dc": 0.79981, // fitted on 476 figures, ± 5.8 %
  "read8.blackwell_dc": 0.71637, // fitted on 135 figures, ± 4.7 %
  "read4.blackwell_dc": 0.89343, // fitted on 285 figures, ± 4.9 %
  "attentionCompute.blackwell_dc": 0.55618, // fitted on 273 figures, ± 15.3 %
  "attentionRead.blackwell_dc": 0.67817, // fitted on 379 figures, ± 5.2 %
  "compute16.blackwell_gddr": 0.80168, // fitted on 35 figures, ± 10.3 %
  "compute8.blackwell_gddr": 0.735, // kernel timings (aiconfigurator, vidur), fitted by class
  "compute4.blackwell_gddr": 0.74792, // fitted on 46 figures, ± 8.8 %
  "read16.blackwell_gddr": 0.94044, // fitted on 52 figures, ± 5.5 %
  "read8.blackwell_gddr": 0.87, // kernel timings (aiconfigurator, vidur), fitted by class
  "read4.blackwell_gddr": 0.67029, // fitted on 46 figures, ± 6.3 %
  "attentionCompute.blackwell_gddr": 0.68644, // fitted on 38 figures, ± 16.6 %
  "attentionRead.blackwell_gddr": 1.0247, // fitted on 52 figures, ± 5.7 %
  "compute16.ada": 0.7183, // fitted on 122 figures, ± 5.7 %
  "compute8.ada": 0.66299, // fitted on 120 figures, ± 6.5 %
  "compute4.ada": 0.49, // engineering default
  "read16.ada": 0.88316, // fitted on 261 figures, ± 1.9 %
  "read8.ada": 0.79179, // fitted on 107 figures, ± 5.5 %
  "read4.ada": 0.7, // engineering default
  "attentionCompute.ada": 0.54694, // fitted on 101 figures, ± 9.0 %
  "attentionRead.ada": 0.91009, // fitted on 211 figures, ± 4.0 %
  "compute16.ampere_dc": 0.7547, // fitted on 546 figures, ± 2.4 %
  "compute8.ampere_dc": 0.6, // engineering default
  "compute4.ampere_dc": 0.6, // engineering default
  "read16.ampere_dc": 0.79304, // fitted on 555 figures, ± 1.6 %
  "read8.ampere_dc": 0.72, // engineering default
  "read4.ampere_dc": 0.72, // engineering default
  "attentionCompute.ampere_dc": 0.58733, // fitted on 133 figures, ± 20.0 %
  "attentionRead.ampere_dc": 0.85697, // fitted on 465 figures, ± 2.8 %
  "compute16.ampere_gddr": 0.78808, // fitted on 63 figures, ± 5.3 %
  "compute8.ampere_gddr": 0.6, // engineering default
  "compute4.ampere_gddr": 0.6, // engineering default
  "read16.ampere_gddr": 0.85395, // fitted on 63 figures, ± 2.9 %
  "read8.ampere_gddr": 0.7, // engineering default
  "read4.ampere_gddr": 0.7, // engineering default
  "attentionCompute.ampere_gddr": 0.43781, // fitted on 18 figures, ± 9.9 %
  "attentionRead.ampere_gddr": 0.79103, // fitted on 43 figures, ± 10.3 %
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
  "compute8.cdna3": 0.39809, // fitted on 14 figures, ± 7.7 %
  "compute4.cdna3": 0.4, // engineering default
  "read16.cdna3": 0.70108, // fitted on 16 figures, ± 6.2 %
  "read8.cdna3": 0.60246, // fitted on 14 figures, ± 7.8 %
  "read4.cdna3": 0.6, // engineering default
  "attentionCompute.cdna3": 0.30021, // fitted on 7 figures, ± 22.1 %
  "attentionRead.cdna3": 0.60908, // fitted on 15 figures, ± 10.2 %
  "typeCompute.H100-SXM5-80GB": 0.95739, // fitted on 781 figures, ± 2.0 %
  "typeRead.H100-SXM5-80GB": 1.058, // fitted on 834 figures, ± 1.4 %
  "typeCompute.H100-PCIe-80GB": 1, // like its class
  "typeRead.H100-PCIe-80GB": 1, // like its class
  "typeCompute.H100-NVL-94GB": 1, // like its class
  "typeRead.H100-NVL-94GB": 1, // like its class
  "typeCompute.H200-SXM-141GB": 0.98735, // fitted on 536 figures, ± 2.1 %
  "typeRead.H200-SXM-141GB": 1.0549, // fitted on 536 figures, ± 2.0 %
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
  "typeCompute.B200-SXM-180GB": 1.0314, // fitted on 459 figures, ± 3.7 %
  "typeRead.B200-SXM-180GB": 1.1613, // fitted on 476 figures, ± 2.3 %
  "typeCompute.GB200": 1, // like its class
  "typeRead.GB200": 1, // like its class
  "typeCompute.B300-SXM": 1, // like its class
  "typeRead.B300-SXM": 1, // like its class
  "typeCompute.A100-SXM4-40GB": 0.97491, // fitted on 338 figures, ± 6.5 %
  "typeRead.A100-SXM4-40GB": 1.0665, // fitted on 344 figures, ± 1.5 %
  "typeCompute.A100-SXM4-80GB": 1.0319, // fitted on 211 figures, ± 2.3 %
  "typeRead.A100-SXM4-80GB": 0.98964, // fitted on 211 figures, ± 2.1 %
  "typeCompute.A100-PCIe-80GB": 1, // like its class
  "typeRead.A100-PCIe-80GB": 1, // like its class
  "typeCompute.A100-PCIe-40GB": 1, // like its class
  "typeRead.A100-PCIe-40GB": 1, // like its class
  "typeCompute.A800-SXM4-80GB": 1, // like its class
  "typeRead.A800-SXM4-80GB": 1, // like its class
  "typeCompute.A30": 1, // like its class
  "typeRead.A30": 1, // like its class
  "typeCompute.L40S": 1.08, // fitted on 152 figures, ± 5.1 %
  "typeRead.L40S": 1.0145, // fitted on 161 figures, ± 2.0 %
  "typeCompute.L40": 1, // like its class
  "typeRead.L40": 1, // like its class
  "typeCompute.L20": 1, // like its class
  "typeRead.L20": 1, // like its class
  "typeCompute.L4": 1, // like its class
  "typeRead.L4": 1, // like its class
  "typeCompute.RTX-4090": 1.0819, // fitted on 38 figures, ± 4.9 %
  "typeRead.RTX-4090": 1.0344, // fitted on 53 figures, ± 2.9 %
  "typeCompute.RTX-4080": 1.0839, // fitted on 7 figures, ± 7.9 %
  "typeRead.RTX-4080": 1.0484, // fitted on 7 figures, ± 5.3 %
  "typeCompute.RTX-4000-Ada": 0.99635, // fitted on 21 figures, ± 5.6 %
  "typeRead.RTX-4000-Ada": 1.0664, // fitted on 21 figures, ± 3.9 %
  "typeCompute.RTX-5000-Ada": 0.92626, // fitted on 13 figures, ± 7.1 %
  "typeRead.RTX-5000-Ada": 1.0467, // fitted on 19 figures, ± 3.8 %
  "typeCompute.RTX-6000-Ada": 1, // like its class
  "typeRead.RTX-6000-Ada": 1, // like its class
  "typeCompute.A40": 0.98462, // fitted on 30 figures, ± 5.0 %
  "typeRead.A40": 0.99968, // fitted on 30 figures, ± 3.5 %
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
  "typeCompute.RTX-3070": 1.0242, // fitted on 3 figures, ± 8.2 %
  "typeRead.RTX-3070": 1.0352, // fitted on 3 figures, ± 5.9 %
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
  "typeCompute.MI300X": 0.99812, // fitted on 14 figures, ± 6.2 %
  "typeRead.MI300X": 1.0093, // fitted on 16 figures, ± 5.8 %
  "typeCompute.MI325X": 1, // like its class
  "typeRead.MI325X": 1, // like its class
  "stepMs.vllm": 0.38876, // fitted on 461 figures, ± 21.0 %
  "layerUs.vllm": 56.319, // fitted on 543 figures, ± 2.9 %
  "sequenceUs.vllm": 11.909, // fitted on 375 figures, ± 25.7 %
  "launchFloorUs.vllm": 0.001, // engineering default
  "groupedQueryExponent.vllm": 0.001, // engineering default
  "computeFactor.vllm": 1, // engineering default
  "readFactor.vllm": 1, // engineering default
  "attentionReadFactor.vllm": 0.9, // engineering default
  "httpMs.vllm": 21.907, // fitted on 274 figures, ± 9.6 %
  "promptMs.vllm": 2, // engineering default
  "pipelineLoss.vllm": 0.20965, // engineering default
  "stepMs.tensorrt-llm": 1.0547, // fitted on 881 figures, ± 9.6 %
  "layerUs.tensorrt-llm": 36.804, // fitted on 924 figures, ± 5.0 %
  "sequenceUs.tensorrt-llm": 2.6089, // fitted on 547 figures, ± 21.3 %
  "launchFloorUs.tensorrt-llm": 0.001, // engineering default
  "groupedQueryExponent.tensorrt-llm": 0.001, // engineering default
  "computeFactor.tensorrt-llm": 1, // engineering default
  "readFactor.tensorrt-llm": 1, // engineering default
  "attentionReadFactor.tensorrt-llm": 0.95, // engineering default
  "httpMs.tensorrt-llm": 39.355, // fitted on 245 figures, ± 11.2 %
  "promptMs.tensorrt-llm": 1, // engineering default
  "pipelineLoss.tensorrt-llm": 0.19001, // fitted on 22 figures, ± 30.6 %
  "stepMs.vllm-eager": 3.0495, // fitted on 19 figures, ± 76.3 %
  "layerUs.vllm-eager": 20, // engineering default
  "sequenceUs.vllm-eager": 15, // engineering default
  "launchFloorUs.vllm-eager": 250.87, // fitted on 1 figures, ± 35.0 %
  "groupedQueryExponent.vllm-eager": 0.001, // engineering default
  "computeFactor.vllm-eager": 0.85409, // fitted on 19 figures, ± 15.8 %
  "readFactor.vllm-eager": 1, // engineering default
  "attentionReadFactor.vllm-eager": 0.65487, // fitted on 19 figures, ± 20.9 %
  "httpMs.vllm-eager": 25.254, // engineering default
  "promptMs.vllm-eager": 2, // engineering default
  "pipelineLoss.vllm-eager": 0.37459, // fitted on 12 figures, ± 25.8 %
  "stepMs.rocm": 1.7733, // fitted on 16 figures, ± 32.8 %
  "layerUs.rocm": 27.991, // fitted on 16 figures, ± 26.4 %
  "sequenceUs.rocm": 13.577, // fitted on 14 figures, ± 60.6 %
  "launchFloorUs.rocm": 0.001, // engineering default
  "groupedQueryExponent.rocm": 0.001, // engineering default
  "computeFactor.rocm": 1, // engineering default
  "readFactor.rocm": 1, // engineering default
  "attentionReadFactor.rocm": 0.9, // engineering default
  "httpMs.rocm": 25.254, // engineering default
  "promptMs.rocm": 2, // engineering default
  "pipelineLoss.rocm": 0.20965, // engineering default
  "stepMs.llama.cpp": 1.6908, // fitted on 195 figures, ± 13.0 %
  "layerUs.llama.cpp": 28.296, // fitted on 189 figures, ± 23.3 %
  "sequenceUs.llama.cpp": 3, // engineering default
  "launchFloorUs.llama.cpp": 0.001, // engineering default
  "groupedQueryExponent.llama.cpp": 0.001, // engineering default
  "computeFactor.llama.cpp": 0.67449, // fitted on 174 figures, ± 3.0 %
  "readFactor.llama.cpp": 0.95, // engineering default
  "attentionReadFactor.llama.cpp": 0.61672, // fitted on 152 figures, ± 17.3 %
  "httpMs.llama.cpp": 25.254, // engineering default
  "promptMs.llama.cpp": 1, // engineering default
  "pipelineLoss.llama.cpp": 0.20965, // engineering default
  "stepMs.sglang": 2.321, // fitted on 85 figures, ± 21.6 %
  "layerUs.sglang": 19.92, // fitted on 84 figures, ± 43.1 %
  "sequenceUs.sglang": 22.566, // fitted on 88 figures, ± 9.6 %
  "launchFloorUs.sglang": 0.001, // engineering default
  "groupedQueryExponent.sglang": 0.001, // engineering default
  "computeFactor.sglang": 1, // engineering default
  "readFactor.sglang": 1, // engineering default
  "attentionReadFactor.sglang": 0.9, // engineering default
  "httpMs.sglang": 28.135, // fitted on 55 figures, ± 78.7 %
  "promptMs.sglang": 2, // engineering default
  "pipelineLoss.sglang": 0.20965, // engineering default
  "stepMs.tensorrt-llm-static": 1.1764, // fitted on 413 figures, ± 7.2 %
  "layerUs.tensorrt-llm-static": 54.001, // fitted on 416 figures, ± 4.9 %
  "sequenceUs.tensorrt-llm-static": 10.326, // fitted on 274 figures, ± 21.9 %
  "launchFloorUs.tensorrt-llm-static": 0.001, // engineering default
  "groupedQueryExponent.tensorrt-llm-static": 0.35933, // fitted on 149 figures, ± 12.2 %
  "computeFactor.tensorrt-llm-static": 1, // engineering default
  "readFactor.tensorrt-llm-static": 1, // engineering default
  "attentionReadFactor.tensorrt-llm-static": 1, // engineering default
  "httpMs.tensorrt-llm-static": 25.254, // engineering default
  "promptMs.tensorrt-llm-static": 1, // engineering default
  "pipelineLoss.tensorrt-llm-static": 0.20965, // engineering default
  "stepMs.vllm-0.6": 2.4781, // fitted on 252 figures, ± 4.2 %
  "layerUs.vllm-0.6": 42.961, // fitted on 252 figures, ± 7.8 %
  "sequenceUs.vllm-0.6": 64.123, // fitted on 247 figures, ± 6.7 %
  "launchFloorUs.vllm-0.6": 0.001, // engineering default
  "groupedQueryExponent.vllm-0.6": 0.34283, // fitted on 154 figures, ± 15.7 %
  "computeFactor.vllm-0.6": 1.0075, // fitted on 225 figures, ± 12.1 %
  "readFactor.vllm-0.6": 1, // engineering default
  "attentionReadFactor.vllm-0.6": 0.8536, // fitted on 236 figures, ± 4.5 %
  "httpMs.vllm-0.6": 25.254, // engineering default
  "promptMs.vllm-0.6": 2, // engineering default
  "pipelineLoss.vllm-0.6": 0.20965, // engineering default
  "stepMs.deepspeed-mii": 5.8294, // fitted on 97 figures, ± 5.6 %
  "layerUs.deepspeed-mii": 57.167, // fitted on 97 figures, ± 17.4 %
  "sequenceUs.deepspeed-mii": 67.05, // fitted on 87 figures, ± 19.7 %
  "launchFloorUs.deepspeed-mii": 0.001, // engineering default
  "groupedQueryExponent.deepspeed-mii": 0.72146, // fitted on 57 figures, ± 11.5 %
  "computeFactor.deepspeed-mii": 0.76196, // fitted on 94 figures, ± 12.3 %
  "readFactor.deepspeed-mii": 1, // engineering default
  "attentionReadFactor.deepspeed-mii": 1.0174, // fitted on 91 figures, ± 7.7 %
  "httpMs.deepspeed-mii": 25.254, // engineering default
  "promptMs.deepspeed-mii": 1, // engineering default
  "pipelineLoss.deepspeed-mii": 0.20965, // engineering default
  "stepMs.splitwise": 15.893, // fitted on 138 figures, ± 5.1 %
  "layerUs.splitwise": 20, // engineering default
  "sequenceUs.splitwise": 36.063, // fitted on 20 figures, ± 77.3 %
  "launchFloorUs.splitwise": 225.42, // fitted on 61 figures, ± 8.4 %
  "groupedQueryExponent.splitwise": 0.1, // engineering default
  "computeFactor.splitwise": 0.77901, // fitted on 114 figures, ± 3.1 %
  "readFactor.splitwise": 1, // engineering default
  "attentionReadFactor.splitwise": 0.6, // engineering default
  "httpMs.splitwise": 25.254, // engineering default
  "promptMs.splitwise": 8.0561, // fitted on 58 figures, ± 37.9 %
  "pipelineLoss.splitwise": 0.20965, // engineering default
  overlapPower: 2.1, // kernel timings (aiconfigurator, vidur), fitted by class
  rampTokens: 11.17, // fitted on 1418 figures, ± 7.7 %
  attentionRampTokens: 600, // engineering default
  elementwise: 1, // engineering default
  quantizeActivations: 1, // engineering default
  moeLayerUs: 6.7829, // fitted on 412 figures, ± 33.5 %
  moeCompute: 0.82525, // fitted on 525 figures, ± 3.2 %
  moeRead: 1, // engineering default
  dequantize4: 0.463, // fitted on 314 figures, ± 4.7 %
  dequantize8: 0.8, // engineering default
  llamaCppRead4: 1.0882, // fitted on 93 figures, ± 2.9 %
  llamaCppAttention: 0.19108, // fitted on 46 figures, ± 7.4 %
  llamaCppDataCentre: 0.64632, // fitted on 21 figures, ± 4.5 %
  pagedOutputShare: 0.66635, // fitted on 33 figures, ± 0.7 %
  drainTail: 0.30536, // fitted on 421 figures, ± 12.5 %
  schedulerCap: 1013.9, // fitted on 116 figures, ± 11.5 %
  powerExponent: 0.4, // clocks go with the cube root of power where voltage follows, more steeply below
  prefillInterference: 1, // engineering default
  burstInterference: 0.6, // engineering default
  cachedPromptShare: 0.43622, // fitted on 28 figures, ± 15.3 %
  waveRandom: 0.28326, // fitted on 413 figures, ± 4.3 %
  waveFixed: 0.39341, // fitted on 96 figures, ± 8.0 %
  waveBurst: 0.88135, // fitted on 18 figures, ± 13.3 %
  waveExponent: 0.8, // engineering default
  tokenizeUs: 1.3545, // fitted on 450 figures, ± 47.9 %
  queueWeight: 0.5, // engineering default
  collectiveFactor: 1, // engineering default
  hopInsideUs: 15, // engineering default
  hopOutsideUs: 60, // engineering default
  ethernetShare: 0.5, // engineering default
  pciePeerSlope: 0.14609, // fitted on 52 figures, ± 19.6 %
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
      throughput: { low: 0.8625, high: 1.148 },
      tpot: { low: 0.8544, high: 1.172 },
      ttft: { low: 0.604, high: 1.828 },
      prompt: { low: 0.7634, high: 1.43 },
    },
    same_gpu_class: {
      throughput: { low: 0.8625, high: 1.21 },
      tpot: { low: 0.7803, high: 1.256 },
      ttft: { low: 0.568, high: 1.859 },
      prompt: { low: 0.7369, high: 1.43 },
    },
    extrapolated: {
      throughput: { low: 0.8625, high: 1.33 },
      tpot: { low: 0.6391, high: 1.256 },
      ttft: { low: 0.4503, high: 1.859 },
      prompt: { low: 0.7369, high: 1.43 },
    },
  },
  byHazard: {
    pipeline: { low: 0.7925, high: 1.462 },
    kv_starved: { low: 0.5056, high: 1.201 },
  },
};
