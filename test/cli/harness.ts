import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";
import { type CliIo, EXIT } from "../../src/cli/io/io.ts";
import { runCli } from "../../src/cli/run-cli.ts";
import { createInlineHighs } from "../../src/milp/highs-inline.ts";
import type { MilpBackend } from "../../src/milp/model.ts";
import type { Placement } from "../../src/placement/placement.ts";
import { configText, instancesText, POOL_TEXT } from "../input/texts.ts";

/** What a command line did. */
export interface CliRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a test may change of a command's world. */
export interface World {
  readonly isTty?: boolean;
  readonly columns?: number;
  readonly env?: CliIo["env"];
  readonly createBackend?: NonNullable<CliIo["createBackend"]>;
  readonly ask?: NonNullable<CliIo["ask"]>;
  /** Is handed a function that does what Ctrl-C does. */
  readonly onStart?: (interrupt: () => void) => void;
  readonly onExit?: (code: number) => void;
}

/** HiGHS loads once for all commands of a test file. */
const highs = createInlineHighs();
const SHARED_HIGHS: MilpBackend = {
  name: highs.name,
  solve: (model, options) => highs.solve(model, options),
  dispose: async () => undefined,
};

/** Runs a command line in this process. */
export async function cli(argv: readonly string[], world: World = {}): Promise<CliRun> {
  const texts = { stdout: "", stderr: "" };
  const listeners = new Set<(exitCode: number) => void>();
  const output = (name: "stdout" | "stderr") => ({
    isTty: world.isTty ?? false,
    columns: world.columns,
    write: (text: string): void => {
      texts[name] += text;
    },
  });
  world.onStart?.(() => {
    for (const listener of listeners) listener(EXIT.interrupted);
  });
  const code = await runCli(argv, {
    stdout: output("stdout"),
    stderr: output("stderr"),
    env: world.env ?? {},
    ...(world.ask && { ask: world.ask }),
    exit: world.onExit ?? (() => undefined),
    onInterrupt: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    createBackend: world.createBackend ?? (() => SHARED_HIGHS),
  });
  return { code, ...texts };
}

/** A directory that lives as long as the tests of a file. */
export function scratchDirectory(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "cli-")));
  afterAll(() => rmSync(path, { recursive: true }));
  return path;
}

/** Text, or bytes for what is no text, by path below a directory. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** The files of the small, valid problem of the reader's tests. */
export const TINY: Files = {
  "config.csv": configText(),
  "gpu_pool.csv": POOL_TEXT,
  "cloud_instances_specs.csv": instancesText(),
};

/** The flags of a complete workload for the small problem. */
export const WORKLOAD: readonly string[] = [
  "--phase",
  "aggregated",
  "--input-length",
  "128",
  "--output-length",
  "32",
  "--min-batch-size",
  "4",
  "--max-batch-size",
  "8",
];

/** A placement of the small problem that keeps all rules. */
export const PLACEMENT: Placement = {
  batch_size: 4,
  sequence_length: 128,
  output_length: 32,
  workload_phase: "aggregated",
  stages: [{ gpu_type: "box.2x#0", tp_degree: 2, gpu_ids: [0, 1], start_layer: 1, end_layer: 12 }],
};

/** The fields of every answer's JSON that say what it is an answer to. */
export const FACTS = ["model", "cost_model", "workload", "prices", "problem"] as const;

export function writeFiles(directory: string, files: Files): string {
  for (const [name, content] of Object.entries(files)) {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  return directory;
}
