import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { deployableRequest } from "../../src/export/deployable.ts";
import { exportPlacement } from "../../src/export/export.ts";
import type { LaunchFile } from "../../src/export/launch.ts";
import { planLaunch } from "../../src/export/launch-plan.ts";
import { limitsOf } from "../../src/export/limits.ts";
import { EXPORT_FORMS, type ExportForm } from "../../src/export/targets.ts";
import { uniformMatrix } from "../../src/hardware/network.ts";
import { createPool, type PoolEntry, type PoolType } from "../../src/hardware/pool.ts";
import { layerCount } from "../../src/model/model.ts";
import type { Placement } from "../../src/placement/placement.ts";
import type { Problem } from "../../src/placement/problem.ts";
import { DEFAULT_REQUEST } from "../../src/solver/request.ts";
import { brokenRentalRule } from "../../src/solver/search/rental-rules.ts";
import { entry } from "../support/founding.ts";
import { restated, withAttention } from "../support/models.ts";
import { arbitraryLaunch, smallProblem } from "./arbitrary-launch.ts";
import { evaluated, launchProblem, request, SERVING } from "./launches.ts";

const RUNS = { seed: 20_260_901, numRuns: 150 };
const PROBLEM = smallProblem();
const BY_FORM = (form: ExportForm): Problem =>
  form === "tensorrt-llm" ? { ...PROBLEM, engine: launchProblem(form).engine! } : PROBLEM;

/** GPUs of a placement by instance, in the order of the ranks. */
function gpusByNode({ stages }: Placement): Readonly<Record<string, readonly number[]>> {
  const gpus: Record<string, number[]> = {};
  for (const { gpu_type, gpu_ids } of stages) {
    gpus[gpu_type] = [...(gpus[gpu_type] ?? []), ...gpu_ids!];
  }
  return gpus;
}

function exported(form: ExportForm, placement: Placement): readonly LaunchFile[] | null {
  const problem = BY_FORM(form);
  const result = exportPlacement(problem, evaluated(problem, placement, SERVING), request(form));
  return result.status === "SUCCESS" ? result.files : null;
}

/** The values that scripts and YAML files give a variable, in order. */
function valuesOf(files: readonly LaunchFile[], variable: string): string[] {
  const patterns = [
    new RegExp(`export ${variable}='([^']*)'`, "g"),
    new RegExp(`name: ${variable}\\n +value: "?([^"\\n]*)`, "g"),
    new RegExp(`${variable}: "?([^"\\n]*)`, "g"),
  ];
  return files.flatMap(({ text }) =>
    patterns.flatMap((pattern) => [...text.matchAll(pattern)].map(([, value]) => value!)),
  );
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

describe("any placement", () => {
  it("is cut into nodes whose layers and GPUs are those of the placement", () => {
    fc.assert(
      fc.property(arbitraryLaunch, (launch) => {
        const { placement } = evaluated(PROBLEM, launch);
        const { nodes, layerPartition } = planLaunch(PROBLEM, placement);
        expect(sum(layerPartition)).toBe(layerCount(PROBLEM.model));
        expect(nodes.map(({ rank }) => rank)).toEqual([...nodes.keys()]);
        const gpus = Object.fromEntries(nodes.map(({ instance, gpuIds }) => [instance, gpuIds]));
        expect(gpus).toEqual(gpusByNode(placement));
        for (const ids of Object.values(gpus)) expect(new Set(ids).size).toBe(ids.length);
        expect(nodes.flatMap(({ stages }) => stages).sort((a, b) => a - b)).toEqual([
          ...placement.stages.keys(),
        ]);
      }),
      RUNS,
    );
  });

  it("is written or refused by every form, the same each time", () => {
    const written = new Set<ExportForm>();
    fc.assert(
      fc.property(arbitraryLaunch, fc.constantFrom(...EXPORT_FORMS), (launch, form) => {
        const files = exported(form, launch);
        const limits = limitsOf(form, BY_FORM(form), evaluated(PROBLEM, launch).placement);
        expect(files === null).toBe(limits.length > 0);
        expect(exported(form, launch)).toEqual(files);
        if (files === null) return;
        written.add(form);
        expect(new Set(files.map(({ path }) => path)).size).toBe(files.length);
        for (const { path, text, executable } of files) {
          expect(executable).toBe(path.endsWith(".sh"));
          expect(text.endsWith("\n")).toBe(true);
          if (executable) continue;
          for (const document of parseAllDocuments(text, { version: "1.1" })) {
            expect([...document.errors, ...document.warnings]).toEqual([]);
          }
        }
      }),
      { ...RUNS, numRuns: 400 },
    );
    expect([...written].sort()).toEqual([...EXPORT_FORMS].sort());
  });

  it("has in its files the partition of its layers", () => {
    fc.assert(
      fc.property(arbitraryLaunch, fc.constantFrom(...EXPORT_FORMS), (launch, form) => {
        const files = exported(form, launch);
        if (files === null || form === "tensorrt-llm") return;
        const sizes = launch.stages.map((stage) => stage.end_layer - stage.start_layer + 1);
        const name = form === "sglang" ? "SGLANG_PP_LAYER_PARTITION" : "VLLM_PP_LAYER_PARTITION";
        const values = valuesOf(files, name);
        if (sizes.length > 1) expect(values.length).toBeGreaterThan(0);
        else expect(values).toEqual([]);
        for (const value of values) expect(value).toBe(sizes.join(","));
      }),
      RUNS,
    );
  });

  it("has in its scripts the GPUs of every node, each once, in the order of the ranks", () => {
    const forms = ["vllm", "sglang", "tensorrt-llm"] as const;
    fc.assert(
      fc.property(arbitraryLaunch, fc.constantFrom(...forms), (launch, form) => {
        const files = exported(form, launch)?.filter(({ path }) => path.startsWith("launch-node-"));
        if (!files) return;
        const perNode = Object.values(gpusByNode(launch)).map((ids) => ids.join(","));
        expect(valuesOf(files, "CUDA_VISIBLE_DEVICES")).toEqual(perNode);
        // Node by node is stage by stage.
        const planned = launch.stages.flatMap(({ gpu_type, gpu_ids }) =>
          gpu_ids!.map((id) => `${gpu_type} ${id}`),
        );
        const started = Object.entries(gpusByNode(launch)).flatMap(([instance, ids]) =>
          ids.map((id) => `${instance} ${id}`),
        );
        expect(started).toEqual(planned);
        const [first] = launch.stages;
        const ranks = sum(launch.stages.map(({ tp_degree }) => tp_degree));
        expect(perNode.join(",").split(",")).toHaveLength(ranks);
        expect(ranks).toBe(first!.tp_degree * launch.stages.length);
        expect(new Set(perNode.map((ids) => ids.split(",").length)).size).toBe(1);
      }),
      RUNS,
    );
  });
});

describe("names of any kind", () => {
  const anyName = fc.oneof(
    fc.string({ unit: "binary", minLength: 1, maxLength: 30 }),
    fc.constantFrom(
      "a\nrm -rf /",
      "a\r\nb",
      "a\u2028b",
      "$(id)",
      "`id`",
      "' && id '",
      "# x",
      "%YAML",
    ),
  );

  it("stay inside comments and change no command", () => {
    const placement: Placement = {
      ...evaluated(PROBLEM, {
        batch_size: 8,
        sequence_length: 64,
        output_length: 8,
        workload_phase: "aggregated",
        stages: [
          { gpu_type: "g6e.24xlarge#0", tp_degree: 4, start_layer: 1, end_layer: 10 },
          { gpu_type: "g6e.24xlarge#1", tp_degree: 4, start_layer: 11, end_layer: 24 },
        ],
      }).placement,
    };
    const forms = EXPORT_FORMS.filter((form) => form !== "kserve");
    fc.assert(
      fc.property(anyName, fc.constantFrom(...forms), (name, form) => {
        const usual = BY_FORM(form);
        const problem = { ...usual, model: { ...usual.model, name } };
        const files = (of: Problem): readonly LaunchFile[] => {
          const result = exportPlacement(of, evaluated(of, placement), request(form));
          return result.status === "SUCCESS" ? result.files : [];
        };
        const commands = (of: Problem): string[][] =>
          files(of)
            .filter(({ executable }) => executable)
            .map(({ text }) => text.split("\n").filter((line) => !line.startsWith("#")));
        expect(files(problem).length).toBeGreaterThan(0);
        expect(commands(problem)).toEqual(commands(usual));
        for (const { text } of files(problem).filter(({ executable }) => !executable)) {
          const [document] = parseAllDocuments(text, { version: "1.1" });
          expect(document!.errors).toEqual([]);
          expect(document!.toJS()).toBeTypeOf("object");
        }
      }),
      RUNS,
    );
  });
});

describe("what solve is asked for", () => {
  /** Problems in which targets differ, with the placements of the usual one. */
  const problems = (form: ExportForm): readonly Problem[] => {
    const usual = BY_FORM(form);
    const { types } = usual.pool;
    const changed = (change: (type: PoolType, index: number) => PoolEntry): Problem => ({
      ...usual,
      pool: createPool(types.map(change)),
    });
    return [
      usual,
      { ...usual, network: uniformMatrix(usual.pool, 32, 10) },
      {
        ...usual,
        model: {
          ...usual.model,
          architecture: withAttention(usual.model.architecture, { heads: 6 }),
        },
        // What the placement may be is another question than what can be exported of it.
        rules: { ...usual.rules, anyShape: true },
      },
      { ...usual, engine: { ...usual.engine!, maxBatchedTokens: 16 } },
      changed((type) => ({ ...type, ownedCount: Math.floor(type.count / 2) })),
      changed((type, i) => withInstance(type, { provider: i % 2 ? "AWS" : "Basement" })),
      changed((type, i) => withInstance(type, i % 3 ? {} : { gpuModel: "AMD Instinct MI300X" })),
    ];
  };
  const withInstance = (type: PoolType, changes: Partial<PoolType["instance"]>): PoolEntry => ({
    ...type,
    instance: { ...type.instance, ...changes },
  });

  const IS_ALLOWED = fc.property(
    arbitraryLaunch,
    fc.constantFrom(...EXPORT_FORMS),
    fc.nat(6),
    (launch, form, which) => {
      const problem = problems(form)[which]!;
      const { placement, metrics } = evaluated(problem, launch);
      const limits = limitsOf(form, problem, placement).map(({ rule }) => rule);
      const asked = deployableRequest(form, problem, DEFAULT_REQUEST);
      const broken = brokenRentalRule(problem, asked, placement, metrics);
      expect(broken === null, `${form}: ${limits}; ${broken}`).toBe(limits.length === 0);
    },
  );

  it("allows a placement exactly when it can be exported", () => {
    fc.assert(IS_ALLOWED, { ...RUNS, numRuns: 1500 });
  });

  it("offers only TP degrees that divide the heads", () => {
    const model = restated(PROBLEM.model, {
      numAttentionHeads: 12,
      numKvHeads: 12,
      dHidden: 36_864,
    });
    const problem = { ...PROBLEM, model };
    const degreesOf = (tpDegrees: readonly number[]) =>
      deployableRequest("vllm", problem, { ...DEFAULT_REQUEST, tpDegrees }).tpDegrees;
    expect(degreesOf([1, 2, 4, 8])).toEqual([1, 2, 4]);
    expect(degreesOf([3, 8, 12])).toEqual([3, 12]);
    expect(() => degreesOf([5, 8])).toThrow(
      /cannot start the model at TP 5 and 8: TP 5 does not divide the 12 attention heads/,
    );
  });

  it("offers only TP degrees that share key/value heads evenly: t divides them, or they divide t", () => {
    const degreesOf = (numAttentionHeads: number, numKvHeads: number, tpDegrees: number[]) => {
      const problem = {
        ...PROBLEM,
        model: restated(PROBLEM.model, { numAttentionHeads, numKvHeads }),
      };
      return deployableRequest("vllm", problem, { ...DEFAULT_REQUEST, tpDegrees }).tpDegrees;
    };
    // Phi-4 and Phi-3-medium: 40 heads, 10 for keys and values.
    expect(degreesOf(40, 10, [1, 2, 4, 8])).toEqual([1, 2]);
    expect(degreesOf(64, 4, [1, 2, 4, 8])).toEqual([1, 2, 4, 8]);
    expect(() => degreesOf(40, 10, [4, 8])).toThrow(
      /cannot start the model at TP 4 and 8: TP 4 does not divide the 10 key\/value heads and is not a multiple of them/,
    );
  });

  it("is refused where nothing can be exported, whatever the placement", () => {
    const refused = (form: ExportForm, changes: Partial<Problem>) => () =>
      deployableRequest(form, { ...BY_FORM(form), ...changes }, DEFAULT_REQUEST);
    expect(refused("ray", { workload: { ...PROBLEM.workload, phase: "decode" } })).toThrow(
      /serves decode only/,
    );
    expect(refused("vllm", { engine: launchProblem("tensorrt-llm").engine! })).toThrow(
      /planned for tensorrt-llm/,
    );
    const amd = createPool([entry("mi300x.8", "AMD Instinct MI300X", 8, 192, 400, 400, 16, 2)]);
    expect(refused("dynamo", { pool: amd })).toThrow(
      "Dynamo with vLLM cannot use any type of the pool: it needs GPUs of NVIDIA.",
    );
    const box = entry("box", "NVIDIA H100", 8, 80, 900, 100, 20, 1);
    const pool = createPool([{ ...box, instance: { ...box.instance, provider: "Basement" } }]);
    expect(refused("skypilot", { pool })).toThrow(/it has no instance types of Basement/);
    expect(refused("skypilot", { pool: createPool([{ ...box, ownedCount: 1 }]) })).toThrow(
      /does not use owned ones/,
    );
    expect(refused("vllm", { pool })).not.toThrow();
  });

  it("leaves out types of a list that is included", () => {
    const pool = createPool([
      entry("mi300x.8", "AMD Instinct MI300X", 8, 192, 400, 400, 16, 2),
      entry("h100.8", "NVIDIA H100", 8, 80, 900, 100, 20, 1),
    ]);
    const problem = { ...PROBLEM, pool };
    const includeTypes = ["mi300x.8", "h100.8"];
    const asked = deployableRequest("dynamo", problem, { ...DEFAULT_REQUEST, includeTypes });
    expect(asked).toMatchObject({ includeTypes: ["h100.8"], excludeTypes: [] });
    expect(deployableRequest("dynamo", problem, DEFAULT_REQUEST).excludeTypes).toEqual([
      "mi300x.8",
    ]);
  });
});
