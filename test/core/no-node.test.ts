import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { evaluate } from "../../src/placement/evaluate.ts";
import type { Placement } from "../../src/placement/placement.ts";
import { NO_LIMITS } from "../../src/workload/workload.ts";
import { FOUNDING_POOL, foundingProblem, LARGE_RULES, LLAMA3_70B } from "../support/founding.ts";
import { importGraph, isNodeModule } from "../support/import-graph.ts";

const source = (path: string): URL => new URL(`../../src/${path}`, import.meta.url);

describe("the core", () => {
  const core = importGraph(source("index.ts"), { dynamic: true });

  it("reaches solver, evaluator and sweep", () => {
    for (const path of ["solver/solve.ts", "placement/evaluate.ts", "sweep/sweep.ts"]) {
      expect(core.modules).toContain(source(path).href);
    }
  });

  it("imports nothing that only Node has, not even when it is needed", () => {
    expect([...core.packages.keys()].filter(isNodeModule)).toEqual([]);
    expect([...core.packages.keys()]).toContain("highs");
  });

  it("stays apart from files, commands and reports", () => {
    const rooms = [...core.modules].map((url) => url.slice(source("").href.length).split("/")[0]!);
    expect(rooms.filter((room) => ["files", "cli", "report"].includes(room))).toEqual([]);
  });

  it("is told apart from what needs Node", () => {
    const node = importGraph(source("node.ts"), { dynamic: true });
    expect([...node.packages.keys()]).toEqual(
      expect.arrayContaining(["node:fs", "node:worker_threads"]),
    );
  });

  it("loads and evaluates where Node's modules and globals are missing", async () => {
    const placement: Placement = {
      batch_size: 32,
      sequence_length: 2048,
      output_length: 512,
      workload_phase: "aggregated",
      stages: [
        { gpu_type: "g5.12xlarge#0", tp_degree: 4, start_layer: 1, end_layer: 40 },
        { gpu_type: "g5.12xlarge#1", tp_degree: 4, start_layer: 41, end_layer: 80 },
      ],
    };
    const { weights } = foundingProblem();
    const worker = new Worker(new URL("./no-node-worker.mjs", import.meta.url), {
      execArgv: [],
      workerData: {
        model: LLAMA3_70B,
        factors: { realWorldEfficiency: 0.3, microBatchSize: 8, interferenceFactor: 0.8 },
        rules: LARGE_RULES,
        entries: FOUNDING_POOL,
        limits: NO_LIMITS,
        weights,
        placement,
      },
    });
    const { error, controlError, evaluation } = await new Promise<{
      error?: string;
      controlError?: string;
      evaluation?: unknown;
    }>((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
    });
    await worker.terminate();
    expect(error).toBeUndefined();
    expect(evaluation).toEqual(evaluate(foundingProblem(), placement));
    // The same hook keeps out what does need Node.
    expect(controlError).toMatch(/node:\w+ does not exist here/);
  });
});

describe("the commands", () => {
  it("load no solver for help and evaluation", () => {
    for (const path of [
      "cli/main.ts",
      "cli/evaluate/evaluate.ts",
      "cli/sweep/sweep.ts",
      "cli/network/network.ts",
    ]) {
      const { modules, packages } = importGraph(source(path), { dynamic: false });
      expect([...packages.keys()], path).not.toContain("highs");
      expect(modules, path).not.toContain(source("solver/solve.ts").href);
    }
    const solving = importGraph(source("cli/solve/solve.ts"), { dynamic: true });
    expect(solving.modules).toContain(source("solver/solve.ts").href);
  });
});
