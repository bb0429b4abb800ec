import { describe, expect, it } from "vitest";
import { importGraph, isNodeModule } from "../support/import-graph.ts";

const source = (path: string): URL => new URL(`../../src/${path}`, import.meta.url);

describe("the core", () => {
  const core = importGraph(source("index.ts"), { dynamic: true });

  it("reaches readers, solver, evaluator and sweep", () => {
    for (const path of [
      "input/problem/build-problem.ts",
      "solver/solve.ts",
      "placement/evaluate.ts",
      "sweep/sweep.ts",
    ]) {
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
