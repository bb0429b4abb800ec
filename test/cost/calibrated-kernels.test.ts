import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { GroupHardware } from "../../src/cost/calibrated/group-hardware.ts";
import { GroupTimes } from "../../src/cost/calibrated/group-times.ts";
import { LayerCounts } from "../../src/cost/calibrated/layer-counts.ts";
import { layerKernels, layerSeconds, type StepLoad } from "../../src/cost/calibrated/layer-time.ts";
import { layerWork } from "../../src/cost/calibrated/layer-work.ts";
import type { ParameterValues } from "../../src/cost/calibrated/parameters.ts";
import { PipelineSteps } from "../../src/cost/calibrated/pipeline-steps.ts";
import { effectiveRates, powerFactor } from "../../src/cost/calibrated/rates.ts";
import { resolveParameters } from "../../src/cost/calibrated/resolve-parameters.ts";
import { SHIPPED } from "../../src/cost/calibrated/shipped.ts";
import { tpGroup } from "../../src/cost/cost-model.ts";
import type { EngineSettings } from "../../src/engines/engine-settings.ts";
import { ENGINES } from "../../src/engines/engines.ts";
import { GPU_NAMES, type GpuSpec, gpuByName } from "../../src/hardware/gpu-specs.ts";
import type {
  Architecture,
  LayerArchitecture,
  WeightFormat,
} from "../../src/model/architecture.ts";
import { tpLayout } from "../../src/model/layout.ts";
import type { OperatingPoint } from "../../src/workload/workload.ts";
import {
  arbitraryArchitecture,
  arbitraryGpu,
  arbitraryServingPoint,
  arbitrarySettings,
  arbitraryValues,
  defaultSettings,
  inFormat,
  instanceOf,
  LLAMA_70B,
  llama,
} from "../support/calibrated.ts";

const ROUNDING = 1e-11;

function expectAtMost(value: number, limit: number): void {
  expect(value).toBeLessThanOrEqual(limit * (1 + ROUNDING));
}

interface Group {
  readonly architecture: Architecture;
  readonly gpu: GpuSpec;
  readonly tp: number;
  readonly pipelineStages: number;
  readonly point: OperatingPoint;
  readonly settings: EngineSettings;
  readonly values: ParameterValues;
}

const arbitraryGroup: fc.Arbitrary<Group> = fc.record({
  architecture: arbitraryArchitecture,
  gpu: arbitraryGpu,
  tp: fc.integer({ min: 1, max: 16 }),
  pipelineStages: fc.integer({ min: 1, max: 8 }),
  point: arbitraryServingPoint,
  settings: arbitrarySettings,
  values: arbitraryValues,
});

/** Busy seconds of a stage that holds the whole model on GPUs that need not exist, with the parameters of the one that does. */
function cycleSeconds(group: Group): number {
  const { architecture, gpu, tp, point, pipelineStages, settings, values } = group;
  const known = gpuByName(gpu.name)!;
  const shape = { instance: instanceOf(known, 16), ...tpGroup(tp, 300) };
  const parameters = resolveParameters(values, known, settings.engine);
  const times = new GroupTimes(
    new GroupHardware(architecture, gpu, shape, settings, parameters),
    new PipelineSteps(point, pipelineStages, settings, parameters),
  );
  const layers = architecture.kindOf.length;
  return times.serving(new LayerCounts(architecture).content(1, layers), "other_instance")
    .cycleSeconds;
}

const factor = fc.double({ min: 1, max: 8, noNaN: true });

function withFlops(gpu: GpuSpec, times: number): GpuSpec {
  return {
    ...gpu,
    tflops16: times * gpu.tflops16,
    tflops8: times * gpu.tflops8,
    tflops4: times * gpu.tflops4,
  };
}

describe("better hardware never slows a stage", () => {
  test("more memory bandwidth", () => {
    fc.assert(
      fc.property(arbitraryGroup, factor, (group, more) => {
        const { gpu } = group;
        const memoryGBytesPerSecond = more * gpu.memoryGBytesPerSecond;
        expectAtMost(
          cycleSeconds({ ...group, gpu: { ...gpu, memoryGBytesPerSecond } }),
          cycleSeconds(group),
        );
      }),
    );
  });

  test("more FLOP/s of all formats, with the power for them and without", () => {
    fc.assert(
      fc.property(arbitraryGroup, factor, (group, more) => {
        const faster = withFlops(group.gpu, more);
        const powered = { ...faster, tdpWatts: more * faster.tdpWatts };
        const [now, starved, fed] = [group.gpu, faster, powered].map((gpu) =>
          cycleSeconds({ ...group, gpu }),
        ) as [number, number, number];
        expectAtMost(fed, now);
        expectAtMost(starved, now);
        expectAtMost(fed, starved);
      }),
    );
  });

  test("more power, which also bounds what more FLOP/s bring", () => {
    // Rate ∝ peak · min(1, ratio/peak)^e: rising in the peak for e ≤ 1, and only because all formats' peaks rise together.
    fc.assert(
      fc.property(
        arbitraryGpu,
        factor,
        fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100),
        (gpu, more, e) => {
          const faster = withFlops(gpu, more);
          expectAtMost(
            powerFactor(gpu, e),
            powerFactor({ ...gpu, tdpWatts: more * gpu.tdpWatts }, e),
          );
          expectAtMost(powerFactor(faster, e), powerFactor(gpu, e));
          expectAtMost(powerFactor(gpu, e), more * powerFactor(faster, e));
          const powered = { ...faster, tdpWatts: more * gpu.tdpWatts };
          expect(powerFactor(powered, e)).toBeCloseTo(powerFactor(gpu, e), 12);
        },
      ),
    );
    expect(SHIPPED.values.powerExponent).toBeLessThanOrEqual(1);
  });

  test("better parameters: larger shares, smaller overheads", () => {
    const shares = [
      "compute16",
      "compute8",
      "compute4",
      "read16",
      "attentionCompute",
      "attentionRead",
    ];
    const overheads = ["stepMs", "layerUs", "sequenceUs", "launchFloorUs"];
    fc.assert(
      fc.property(
        arbitraryGroup,
        fc.constantFrom(...shares, ...overheads),
        factor,
        (group, key, more) => {
          const isShare = shares.includes(key);
          const name = `${key}.${isShare ? group.gpu.gpuClass : group.settings.engine}`;
          const value = group.values[name]!;
          const changed = { ...group.values, [name]: value * more };
          const [better, worse] = isShare ? [changed, group.values] : [group.values, changed];
          expectAtMost(
            cycleSeconds({ ...group, values: better }),
            cycleSeconds({ ...group, values: worse }),
          );
        },
      ),
    );
  });
});

describe("a TP group", () => {
  /** Seconds of a layer on a group without collectives; `compute` and `memory`: what either alone would take. */
  const seconds = (
    { architecture, gpu, tp, settings, values }: Group,
    kind: LayerArchitecture,
  ): { compute: number; memory: number; gaps: number; total: number } => {
    const parameters = resolveParameters(values, gpu, settings.engine);
    const rates = effectiveRates(gpu, architecture, settings.engine, parameters);
    const layout = tpLayout(tp);
    const context = { architecture, layout, rates, collectives: null, parameters };
    const work = layerWork(context, kind);
    const k = layerKernels(work, load);
    return {
      compute: k.linearCompute + k.ffnCompute + k.kvCompute + k.prefillAttention,
      memory: k.linearMemory + k.ffnMemory + k.kvMemory + k.elementwise,
      gaps: k.gaps,
      total: layerSeconds(work, load),
    };
  };
  const load: StepLoad = {
    decodeTokens: 16,
    contextTokens: 1000,
    promptTokens: 512,
    promptLength: 2000,
    logitSequences: 17,
  };

  test("never slows the kernels of a layer, its collectives apart", () => {
    fc.assert(
      fc.property(arbitraryGroup, (group) => {
        for (const kind of group.architecture.kinds) {
          const small = seconds(group, kind);
          const large = seconds({ ...group, tp: 2 * group.tp }, kind);
          expectAtMost(large.total, small.total);
          expectAtMost(large.compute, small.compute);
          expectAtMost(large.memory, small.memory);
        }
      }),
    );
  });

  test("takes at least the longer of computing and reading, at most both one after the other", () => {
    fc.assert(
      fc.property(arbitraryGroup, (group) => {
        for (const kind of group.architecture.kinds) {
          const { compute, memory, gaps, total } = seconds(group, kind);
          expectAtMost(Math.max(compute, memory), total);
          expectAtMost(total, compute + memory + gaps);
        }
      }),
    );
  });
});

const FORMATS: readonly (readonly [from: WeightFormat, to: WeightFormat])[] = [
  ["16bit", "fp8"],
  ["16bit", "nvfp4"],
  ["16bit", "int4"],
  ["fp8", "nvfp4"],
  ["fp8", "int4"],
  ["16bit", "mxfp4"],
];

describe("weights of smaller precision", () => {
  test("never slow a stage where the GPU multiplies them no slower and reads them no slower", () => {
    // What quantised activations cost is apart: they are written and read once more.
    fc.assert(
      fc.property(arbitraryGroup, fc.constantFrom(...FORMATS), (one, [from, to]) => {
        const group = { ...one, values: { ...one.values, quantizeActivations: 0 } };
        const [large, small] = [from, to].map((format) => inFormat(group.architecture, format)) as [
          Architecture,
          Architecture,
        ];
        const { engine } = group.settings;
        const parameters = resolveParameters(group.values, group.gpu, engine);
        const [before, after] = [large, small].map((each) =>
          effectiveRates(group.gpu, each, engine, parameters),
        ) as [ReturnType<typeof effectiveRates>, ReturnType<typeof effectiveRates>];
        const attentionBytes = to === "mxfp4" ? 2 : small.weightBytes;
        fc.pre(
          after.ffnFlops >= before.ffnFlops &&
            after.attentionFlops >= before.attentionFlops &&
            small.weightBytes / after.ffnReadBytes <= large.weightBytes / before.ffnReadBytes &&
            attentionBytes / after.attentionReadBytes <=
              large.weightBytes / before.attentionReadBytes,
        );
        expectAtMost(
          cycleSeconds({ ...group, architecture: small }),
          cycleSeconds({ ...group, architecture: large }),
        );
      }),
    );
  });

  const POINTS: readonly OperatingPoint[] = [1, 8, 64, 256, 1024].flatMap((batch) => [
    { phase: "decode", batch, inputTokens: 1024, outputTokens: 256 },
    { phase: "prefill", batch, inputTokens: 1024, outputTokens: 0 },
    { phase: "aggregated", batch, inputTokens: 1024, outputTokens: 256 },
  ]);

  /** Places where the shipped parameters make a model of the second format slower than one of the first. */
  function slower(
    [from, to]: readonly [WeightFormat, WeightFormat],
    isMeant: (gpu: GpuSpec, point: OperatingPoint) => boolean,
  ): string[] {
    const found: string[] = [];
    for (const engine of ENGINES) {
      // GeForce cards under llama.cpp multiply 16 bit at the rate of FP8.
      if (engine === "llama.cpp") continue;
      for (const architecture of [llama(), LLAMA_70B]) {
        for (const gpu of GPU_NAMES.map((name) => gpuByName(name)!)) {
          for (const point of POINTS.filter((each) => isMeant(gpu, each))) {
            const secondsIn = (format: WeightFormat): number =>
              cycleSeconds({
                architecture: inFormat(architecture, format),
                gpu,
                tp: 1,
                pipelineStages: 1,
                point,
                settings: defaultSettings(engine),
                values: SHIPPED.values,
              });
            if (secondsIn(to) > secondsIn(from)) {
              found.push(`${gpu.name} ${engine} ${point.phase} ${point.batch}`);
            }
          }
        }
      }
    }
    return found;
  }

  it("of FP8 never slow a GPU that has FP8 units", () => {
    expect(slower(["16bit", "fp8"], ({ tflops8 }) => tflops8 > 0)).toEqual([]);
  });

  it("of NVFP4 never slow a GPU that has FP4 units, whether FP8 or 16 bit came before", () => {
    expect(slower(["16bit", "nvfp4"], ({ tflops4 }) => tflops4 > 0)).toEqual([]);
    expect(slower(["fp8", "nvfp4"], ({ tflops4 }) => tflops4 > 0)).toEqual([]);
  });

  it("of any format never slow the decoding of small batches, which waits for memory", () => {
    const isSmallDecode = (gpu: GpuSpec, { phase, batch }: OperatingPoint): boolean =>
      // The H20 has a sixth of an H100's FLOP/s at more bandwidth: nothing there waits for memory.
      phase === "decode" && batch <= 8 && gpu.name !== "H20-96GB";
    for (const format of ["fp8", "nvfp4", "int4"] as const) {
      expect(slower(["16bit", format], isSmallDecode)).toEqual([]);
    }
  });

  it("slow large batches where the GPU has no units for them: they are converted first", () => {
    const found = slower(["16bit", "fp8"], ({ tflops8 }) => tflops8 === 0);
    expect(found).toContain("A100-SXM4-80GB vllm prefill 1024");
    expect(found.filter((place) => / decode (1|8)$/.test(place))).toEqual([]);
  });
});
