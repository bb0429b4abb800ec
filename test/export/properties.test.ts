import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { deployability, SINGLE_INSTANCE_RULES } from "../../src/export/deployable.ts";
import { exportPlacement } from "../../src/export/export.ts";
import type { LaunchFile } from "../../src/export/launch.ts";
import { planLaunch } from "../../src/export/launch-plan.ts";
import { limitsOf } from "../../src/export/limits.ts";
import { EXPORT_FORMS, type ExportForm } from "../../src/export/targets.ts";
import type { Placement } from "../../src/placement/placement.ts";
import type { Problem } from "../../src/placement/problem.ts";
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
        expect(sum(layerPartition)).toBe(PROBLEM.model.numLayers);
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
  const REQUESTS = fc.property(
    arbitraryLaunch,
    fc.constantFrom(...EXPORT_FORMS),
    (launch, form) => {
      const problem = BY_FORM(form);
      const { placement } = evaluated(problem, launch);
      const broken = limitsOf(form, problem, placement).map(({ rule }) => rule);
      const { request: asked, ensured, unchecked } = deployability(form, problem);
      const types = new Set(placement.stages.map(({ gpu_type }) => gpu_type.replace(/#.*/, "")));
      const degrees = new Set(placement.stages.map(({ tp_degree }) => tp_degree));
      const keeps =
        degrees.size === 1 &&
        asked.tpDegrees.includes([...degrees][0]!) &&
        types.size <= (asked.maxInstanceTypes ?? Number.POSITIVE_INFINITY);
      // Nothing that can be exported is lost.
      if (broken.length === 0) expect(keeps).toBe(true);
      // What is kept breaks only what nobody checks.
      if (keeps) for (const rule of broken) expect(unchecked).toContain(rule);
      if (keeps) for (const rule of ensured) expect(broken).not.toContain(rule);
      const instances = new Set(placement.stages.map(({ gpu_type }) => gpu_type));
      if (instances.size === 1) {
        for (const rule of SINGLE_INSTANCE_RULES) expect(broken).not.toContain(rule);
      }
    },
  );

  it("keeps every placement that can be exported, and all rules but those it names", () => {
    fc.assert(REQUESTS, { ...RUNS, numRuns: 600 });
  });

  it("covers Ray exactly", () => {
    expect(deployability("ray", PROBLEM).unchecked).toEqual([]);
    const others = EXPORT_FORMS.filter((form) => form !== "ray");
    for (const form of others) expect(deployability(form, PROBLEM).unchecked).not.toEqual([]);
  });

  it("offers only TP degrees that divide the heads", () => {
    const problem = { ...PROBLEM, model: { ...PROBLEM.model, numAttentionHeads: 12 } };
    expect(deployability("vllm", problem).request.tpDegrees).toEqual([1, 2, 4]);
    expect(deployability("vllm", problem, [3, 8, 12]).request.tpDegrees).toEqual([3, 12]);
  });
});
