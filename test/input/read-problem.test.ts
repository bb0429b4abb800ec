import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readProblem } from "../../src/files/read-problem.ts";
import { readText } from "../../src/files/read-text.ts";
import { instanceMicroUsdPerHour } from "../../src/hardware/pool.ts";
import { areLayersAlike } from "../../src/model/model.ts";
import { FOUNDING_POOL, foundingProblem, LARGE_RULES, LLAMA3_70B } from "../support/founding.ts";
import { configText, instancesText, messageOf, NETWORK_TEXT, POOL_TEXT } from "./texts.ts";

const FOUNDING_DIR = fileURLToPath(new URL("../../config/llama3-70b", import.meta.url));

let root: string;
let dir: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "llm-placement-"));
  dir = join(root, "model");
  mkdirSync(dir);
});
afterEach(() => rmSync(root, { recursive: true }));

/** Lays a valid problem: config.csv in `dir`, the rest above it. */
function layProblem(): void {
  writeFileSync(join(dir, "config.csv"), configText());
  writeFileSync(join(root, "gpu_pool.csv"), POOL_TEXT);
  writeFileSync(join(root, "cloud_instances_specs.csv"), instancesText());
}

describe("the shipped configuration", () => {
  it("is the founding problem", () => {
    const problem = readProblem({ configDir: FOUNDING_DIR, costModel: "reference" });
    expect(problem.model).toEqual(LLAMA3_70B);
    expect(problem.rules).toEqual(LARGE_RULES);
    expect(problem.network).toEqual({ kind: "derived" });
    expect(problem.pool.gpuCount).toBe(168);
    expect(
      problem.pool.types.map(({ instance, count, price }) => [
        instance,
        count,
        price.microUsdPerHour,
      ]),
    ).toEqual(
      FOUNDING_POOL.map(({ instance, count, price }) => [instance, count, price.microUsdPerHour]),
    );
    expect(problem.pool.types[3]!.price).toMatchObject({
      kind: "unspecified",
      source: "cloud_instances_specs.csv:5",
    });
    expect(problem.limits).toEqual({
      maxHourlyCostUsd: null,
      maxCostPerMillionTokenUsd: 100,
      maxTotalCostUsd: null,
      maxTotalRuntimeHours: null,
      minTokensPerSecond: null,
      maxTtftSeconds: null,
      maxTpotSeconds: null,
      latencySafetyMargin: 0.1,
    });
    expect(problem.weights).toEqual(foundingProblem().weights);
    expect(problem.workload).toEqual({
      phase: null,
      inputTokens: null,
      outputTokens: null,
      minBatch: null,
      maxBatch: null,
    });
    expect(problem.totalTokensToProcess).toBe(1_000_000);
    expect(problem.timeLimitSeconds).toBe(300);
    expect(problem.costModel.name).toBe("reference");
    expect(problem.costModel.realWorldEfficiency).toBe(0.3);
    expect(problem.warnings).toHaveLength(2);
    expect(problem.warnings[0]).toContain("network_bandwidth_percentile_threshold 0.1");
    expect(problem.warnings[1]).toContain("optimality_gap 0.01");
  });

  it("takes the workload from flags", () => {
    const { workload } = readProblem({
      configDir: FOUNDING_DIR,
      phase: "aggregated",
      inputTokens: 2048,
      outputTokens: 512,
      minBatch: 32,
      maxBatch: 32,
    });
    expect(workload).toEqual(foundingProblem().workload);
  });
});

describe("a problem's directory", () => {
  it("holds config.csv, and the other files or its parent does", () => {
    layProblem();
    expect(readProblem({ configDir: dir }).pool.gpuCount).toBe(4);
    writeFileSync(join(dir, "gpu_pool.csv"), "instance_name,count\nbox.1x,1\n");
    expect(readProblem({ configDir: dir }).pool.gpuCount).toBe(1);
  });

  it("may hold a bandwidth matrix, or its parent may", () => {
    layProblem();
    writeFileSync(join(root, "network_bandwidth.csv"), NETWORK_TEXT);
    expect(readProblem({ configDir: dir }).network).toMatchObject({ kind: "matrix", gpuCount: 4 });
    writeFileSync(join(dir, "network_bandwidth.csv"), NETWORK_TEXT.replace("600", "-1"));
    expect(messageOf(() => readProblem({ configDir: dir }))).toContain(
      `${join(dir, "network_bandwidth.csv")}:2, column gpu_1: `,
    );
  });

  it("may hold layers.csv, which belongs to config.csv: its parent may not", () => {
    layProblem();
    const layers = "first_layer,last_layer,layer_weight_memory_gb\n1,4,1\n5,12,\n";
    writeFileSync(join(root, "layers.csv"), layers);
    expect(areLayersAlike(readProblem({ configDir: dir }).model)).toBe(true);
    writeFileSync(join(dir, "layers.csv"), layers);
    expect(readProblem({ configDir: dir }).model.architecture.kinds).toHaveLength(2);
    writeFileSync(join(dir, "layers.csv"), layers.replace("1,4,1", "1,3,1"));
    expect(messageOf(() => readProblem({ configDir: dir }))).toContain(
      `${join(dir, "layers.csv")}:3: layer 4 is in no row`,
    );
  });

  it("has instances that are owned, the first ones of their type", () => {
    layProblem();
    const { pool } = readProblem({ configDir: dir, ownedByType: new Map([["box.1x", 1]]) });
    const type = pool.byName.get("box.1x")!;
    expect([0, 1].map((index) => instanceMicroUsdPerHour(type, index))).toEqual([0, 750_000]);
    expect(pool.byName.get("box.2x")!.ownedCount).toBeUndefined();
  });

  it("is named in errors as the user wrote it", () => {
    layProblem();
    writeFileSync(join(dir, "config.csv"), configText({ d_model: "none" }));
    expect(messageOf(() => readProblem({ configDir: dir }))).toContain(
      `${join(dir, "config.csv")}:4: d_model`,
    );
  });

  it("has to be there and a directory", () => {
    const missing = join(root, "nowhere");
    expect(messageOf(() => readProblem({ configDir: missing }))).toContain(
      `${missing}: there is no such directory. Give --config-dir`,
    );
    const file = join(root, "file");
    writeFileSync(file, "");
    expect(messageOf(() => readProblem({ configDir: file }))).toContain("it is a file");
    expect(messageOf(() => readProblem({ configDir: join(file, "x") }))).toContain(join(file, "x"));
  });

  it("has to hold config.csv; one level too high is pointed out", () => {
    expect(messageOf(() => readProblem({ configDir: root }))).toContain(
      `${root}: there is no config.csv in it. Give --config-dir`,
    );
    layProblem();
    expect(messageOf(() => readProblem({ configDir: root }))).toContain(
      `Did you mean --config-dir ${dir}?`,
    );
  });

  it.each(["gpu_pool.csv", "cloud_instances_specs.csv"])("has to have %s near", (name) => {
    layProblem();
    rmSync(join(root, name));
    const message = messageOf(() => readProblem({ configDir: dir }));
    expect(message).toContain(`${join(dir, name)}: there is no such file`);
    expect(message).toContain(join(root, name));
  });

  it("may not have directories where files belong", () => {
    layProblem();
    mkdirSync(join(dir, "gpu_pool.csv"));
    expect(messageOf(() => readProblem({ configDir: dir }))).toContain(
      `${join(dir, "gpu_pool.csv")}: it is a directory`,
    );
  });
});

describe("a text file", () => {
  const bytes = (...content: readonly (string | number)[]): string => {
    const path = join(root, "file");
    const parts = content.map((part) =>
      typeof part === "string" ? Buffer.from(part) : Buffer.of(part),
    );
    writeFileSync(path, Buffer.concat(parts));
    return path;
  };

  it("is read as UTF-8 without its byte order mark", () => {
    expect(readText(bytes(0xef, 0xbb, 0xbf, "é…\n"))).toBe("é…\n");
  });

  it.each([
    ["there is no such file", () => join(root, "none")],
    ["it is a directory", () => root],
    [":2: there is a NUL byte", () => bytes("a\nb", 0, "c")],
    [":3: it is not UTF-8 text", () => bytes("é\n\n", 0xff, "\n")],
    [":1: it is not UTF-8 text", () => bytes("caf", 0xe9)],
    ["it is UTF-16 text. Save it as UTF-8", () => bytes(0xff, 0xfe, "a", 0)],
    ["it is UTF-16 text. Save it as UTF-8", () => bytes(0xfe, 0xff, 0, "a")],
  ])("is refused: %s", (says, path) => {
    const where = path();
    const message = messageOf(() => readText(where));
    expect(message.startsWith(where)).toBe(true);
    expect(message).toContain(says);
  });
});
