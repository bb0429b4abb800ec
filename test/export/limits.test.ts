import { describe, expect, it } from "vitest";
import { exportPlacement } from "../../src/export/export.ts";
import { LIMIT_RULES, type LimitRule, limitsOf } from "../../src/export/limits.ts";
import { EXPORT_FORMS, type ExportForm } from "../../src/export/targets.ts";
import { uniformMatrix } from "../../src/hardware/network.ts";
import { createPool, type PoolEntry } from "../../src/hardware/pool.ts";
import type { Placement, PlacementStage } from "../../src/placement/placement.ts";
import type { Problem } from "../../src/placement/problem.ts";
import { entry, FOUNDING_POOL } from "../support/founding.ts";
import {
  aggregated,
  evaluated,
  launchProblem,
  ONE_KIND,
  ONE_NODE,
  ONE_STAGE,
  ONLY_RAY,
  problemOf,
  request,
  TWO_KINDS,
} from "./launches.ts";

/** A placement that breaks one rule for some forms, with what is said of it. */
interface Breach {
  readonly rule: LimitRule;
  readonly placement: Placement;
  /** The problem of a form; absent: the usual one. */
  readonly problem?: (form: ExportForm) => Problem;
  readonly forms: readonly ExportForm[];
  readonly says: RegExp;
}

const NOT_RAY = EXPORT_FORMS.filter((form) => form !== "ray");
const PODS: readonly ExportForm[] = ["leaderworkerset", "kserve", "dynamo"];

const half = (instance: string, first: number, last: number, gpuIds?: readonly number[]) =>
  ({
    gpu_type: instance,
    tp_degree: 4,
    start_layer: first,
    end_layer: last,
    ...(gpuIds && { gpu_ids: gpuIds }),
  }) satisfies PlacementStage;

function withPool(form: ExportForm, ...entries: readonly PoolEntry[]): Problem {
  return problemOf(form, { pool: createPool([...FOUNDING_POOL, ...entries]) });
}

const MI300X = entry("mi300x.4", "AMD Instinct MI300X", 4, 192, 400, 400, 16, 2);
const withModel = (form: ExportForm, changes: Partial<Problem["model"]>): Problem => {
  const problem = problemOf(form);
  return { ...problem, model: { ...problem.model, ...changes } };
};

const BREACHES: readonly Breach[] = [
  {
    rule: "phase",
    placement: { ...TWO_KINDS, workload_phase: "decode" },
    forms: EXPORT_FORMS,
    says: /serves decode only/,
  },
  {
    rule: "engine",
    placement: ONE_STAGE,
    problem: () => launchProblem("llama.cpp"),
    forms: EXPORT_FORMS,
    says: /planned for llama\.cpp; .* needs a plan for (vllm|tensorrt-llm)\.$/,
  },
  {
    rule: "engine",
    placement: ONE_STAGE,
    problem: () => launchProblem("tensorrt-llm"),
    forms: EXPORT_FORMS.filter((form) => form !== "tensorrt-llm"),
    says: /planned for tensorrt-llm; .* needs a plan for vllm\.$/,
  },
  {
    rule: "gpu_vendor",
    placement: aggregated([half("mi300x.4#0", 1, 40), half("mi300x.4#1", 41, 80)]),
    problem: (form) => withPool(form, MI300X),
    forms: ["tensorrt-llm", "dynamo"],
    says: /^mi300x\.4#0 has GPUs of AMD; .* needs NVIDIA's\.$/,
  },
  {
    rule: "gpu_vendor",
    placement: aggregated([half("mi300x.4#0", 1, 40), half("g6e.24xlarge#0", 41, 80)]),
    problem: (form) => withPool(form, MI300X),
    forms: EXPORT_FORMS,
    says: /^mi300x\.4#0 has GPUs of AMD, g6e\.24xlarge#0 of NVIDIA\.$/,
  },
  {
    rule: "kv_cache_format",
    placement: ONE_STAGE,
    problem: (form) => {
      const { architecture } = problemOf(form).model;
      return withModel(form, { architecture: { ...architecture!, kvBytes: 4 } });
    },
    forms: EXPORT_FORMS,
    says: /4 bytes per element/,
  },
  {
    rule: "layer_cut",
    placement: ONE_KIND,
    problem: (form) => withModel(form, { allowedCuts: [40] }),
    forms: EXPORT_FORMS,
    says: /may not be cut after layer 42/,
  },
  {
    rule: "step_tokens",
    placement: { ...ONE_STAGE, batch_size: 9000, sequence_length: 8, output_length: 8 },
    forms: EXPORT_FORMS.filter((form) => form !== "sglang" && form !== "tensorrt-llm"),
    says: /9000 sequences in flight are more than the 8192 tokens of a step/,
  },
  {
    rule: "uniform_tp",
    placement: aggregated([
      half("g6e.24xlarge#0", 1, 40),
      { gpu_type: "g6e.24xlarge#1", tp_degree: 2, gpu_ids: [0, 1], start_layer: 41, end_layer: 60 },
      { gpu_type: "g6e.24xlarge#1", tp_degree: 2, gpu_ids: [2, 3], start_layer: 61, end_layer: 80 },
    ]),
    forms: EXPORT_FORMS,
    says: /TP degrees 4 and 2; .* has one TP size for all stages/,
  },
  {
    rule: "tp_shape",
    placement: aggregated([
      { gpu_type: "g6e.24xlarge#0", tp_degree: 3, start_layer: 1, end_layer: 40 },
      { gpu_type: "g6e.24xlarge#1", tp_degree: 3, start_layer: 41, end_layer: 80 },
    ]),
    forms: EXPORT_FORMS,
    says: /TP 3 of stage 0 does not divide the 64 attention heads/,
  },
  {
    rule: "equal_gpus",
    placement: aggregated([
      half("g6e.48xlarge#0", 1, 30, [0, 1, 2, 3]),
      half("g6e.48xlarge#0", 31, 60, [4, 5, 6, 7]),
      half("g6e.24xlarge#0", 61, 80),
    ]),
    forms: NOT_RAY,
    says: /g6e\.48xlarge#0 has 8 GPUs and g6e\.24xlarge#0 has 4; .* equally many ranks on every node/,
  },
  {
    rule: "node_order",
    placement: ONLY_RAY,
    forms: NOT_RAY,
    says: /g6e\.24xlarge#0 has stages 0 and 2, others lie between them/,
  },
  {
    rule: "node_kinds",
    placement: TWO_KINDS,
    forms: ["dynamo"],
    says: /are different kinds of node; Dynamo with vLLM has one kind of node/,
  },
  {
    rule: "node_kinds",
    placement: aggregated([
      half("g6e.24xlarge#0", 1, 30),
      half("g6e.24xlarge#1", 31, 55),
      half("g5.24xlarge#0", 56, 80),
    ]),
    forms: PODS,
    says: /^g6e\.24xlarge#[01] .* and g5\.24xlarge#0 .* are different kinds of node/,
  },
  {
    rule: "one_stage_per_node",
    placement: ONE_NODE,
    forms: ["kserve"],
    says: /g6e\.48xlarge#0 has stages 0 and 1; KServe with vLLM starts one pod for each stage/,
  },
  {
    rule: "gpu_choice",
    placement: aggregated([half("g6e.48xlarge#0", 1, 80, [0, 2, 4, 6])], { batch_size: 1 }),
    problem: (form) => {
      const problem = problemOf(form);
      return { ...problem, network: uniformMatrix(problem.pool, 32, 10) };
    },
    forms: PODS,
    says: /for GPUs 0,2,4,6 of g6e\.48xlarge#0, whose bandwidths differ; .* the device plugin chooses/,
  },
  {
    rule: "gpu_choice",
    placement: ONE_NODE,
    problem: (form) => {
      const problem = problemOf(form);
      return { ...problem, network: uniformMatrix(problem.pool, 32, 10) };
    },
    forms: ["ray"],
    says: /which GPUs of g6e\.48xlarge#0 serve stages 0 and 1/,
  },
  {
    rule: "cloud",
    placement: aggregated([half("box.4#0", 1, 80)]),
    problem: (form) => {
      const box = entry("box.4", "NVIDIA H100", 4, 80, 450, 100, 10, 1);
      return withPool(form, { ...box, instance: { ...box.instance, provider: "Basement" } });
    },
    forms: ["skypilot"],
    says: /SkyPilot has no instance types of Basement/,
  },
  {
    rule: "owned_instances",
    placement: aggregated([half("h100.4#0", 1, 40), half("h100.4#1", 41, 80)]),
    problem: (form) =>
      withPool(form, { ...entry("h100.4", "NVIDIA H100", 4, 80, 450, 100, 10, 2), ownedCount: 1 }),
    forms: ["skypilot"],
    says: /the plan counts h100\.4#0 as owned/,
  },
];

describe("limits", () => {
  it("have a placement that breaks each", () => {
    expect(new Set(BREACHES.map(({ rule }) => rule))).toEqual(new Set(LIMIT_RULES));
  });

  it.each(BREACHES)("$rule: $says", ({ rule, placement, problem = problemOf, forms, says }) => {
    for (const form of EXPORT_FORMS) {
      const planned = problem(form);
      const limits = limitsOf(form, planned, located(placement));
      const messages = limits.filter((limit) => limit.rule === rule).map(({ message }) => message);
      expect(messages.length, `${form}: ${messages}`).toBe(forms.includes(form) ? 1 : 0);
      for (const message of messages) expect(message).toMatch(says);
    }
  });

  it.each([
    ["two kinds of node", TWO_KINDS, EXPORT_FORMS.filter((form) => form !== "dynamo")],
    ["one kind of node", ONE_KIND, EXPORT_FORMS],
    ["one node", ONE_NODE, EXPORT_FORMS.filter((form) => form !== "kserve")],
    ["one stage", ONE_STAGE, EXPORT_FORMS],
    ["nodes that come back", ONLY_RAY, ["ray"]],
  ] as const)("do not keep %s from the forms that can say it", (_, placement, forms) => {
    const able = EXPORT_FORMS.filter((form) => {
      const problem = problemOf(form);
      return limitsOf(form, problem, evaluated(problem, placement).placement).length === 0;
    });
    expect(able).toEqual(forms);
  });

  it("are all listed, and nothing is written", () => {
    const problem = problemOf("dynamo");
    const placement = evaluated(problem, {
      ...ONLY_RAY,
      stages: ONLY_RAY.stages.map((stage, index) => ({
        ...stage,
        ...(index === 1 && { tp_degree: 4 }),
      })),
    });
    const result = exportPlacement(problem, placement, request("dynamo"));
    expect(result.status).toBe("NOT_EXPORTABLE");
    const rules = result.status === "SUCCESS" ? [] : result.limits.map(({ rule }) => rule);
    expect(rules).toEqual(["uniform_tp", "node_order", "node_kinds"]);
  });

  it("ask for a placement that was evaluated", () => {
    const problem = problemOf("vllm");
    expect(() => limitsOf("vllm", problem, TWO_KINDS)).toThrow("stages[0].gpu_ids: it is missing.");
  });
});

/** The placement with GPU ids, whether it fits into memory or not: the lowest ones, side by side. */
function located(placement: Placement): Placement {
  const next = new Map<string, number>();
  const stages = placement.stages.map((stage) => {
    const first = next.get(stage.gpu_type) ?? 0;
    next.set(stage.gpu_type, first + stage.tp_degree);
    const lowest = Array.from({ length: stage.tp_degree }, (_, index) => first + index);
    return { ...stage, gpu_ids: stage.gpu_ids ?? lowest };
  });
  return { ...placement, stages };
}
