import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import type { ProblemFiles, ProblemFlags } from "../../src/index.ts";
import { problemFiles } from "../input/texts.ts";

/** The global variable of a bundle that holds what its entry exports. */
const BUNDLE_NAME = "llmPlacement";

/**
 * Emscripten's loader of HiGHS imports `node:module` in a branch that only Node takes. Vite leaves that out by itself, other bundlers
 * have to be told: this is the one import that may be.
 */
const withoutLoaderForNode: Plugin = {
  name: "without the loader's branch for Node",
  setup(builder) {
    builder.onResolve({ filter: /^node:module$/ }, ({ importer, path }) =>
      importer.endsWith("/highs/build/highs.mjs") ? { path, namespace: "absent" } : undefined,
    );
    builder.onLoad({ filter: /.*/, namespace: "absent" }, () => ({
      contents: "export const createRequire = undefined;",
    }));
  },
};

/** What a page has beside the language itself; a new context has nothing of Node. */
export const WEB_GLOBALS: Readonly<Record<string, unknown>> = {
  AbortController,
  TextDecoder,
  TextEncoder,
  URL,
  atob,
  clearTimeout,
  console,
  performance,
  setTimeout,
};

/** A module of src/ with all that it imports as one script for browsers. @throws where anything is imported that only Node has */
export async function bundleForBrowser(
  entry: string,
): Promise<{ readonly script: string; readonly imports: readonly string[] }> {
  const { outputFiles, metafile } = await build({
    entryPoints: [fileURLToPath(new URL(`../../src/${entry}`, import.meta.url))],
    bundle: true,
    platform: "browser",
    format: "iife",
    globalName: BUNDLE_NAME,
    plugins: [withoutLoaderForNode],
    metafile: true,
    write: false,
    logLevel: "silent",
    logOverride: { "empty-import-meta": "silent" },
  });
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  return { script: outputFiles[0]!.text, imports: imports.map(({ path }) => path) };
}

interface BrowserTask {
  readonly files: ProblemFiles;
  readonly flags: ProblemFlags;
  readonly wasmBase64: string;
}

/** What the core is given in a browser: texts, flags and the WASM of HiGHS as a text, which pass any boundary. */
export const BROWSER_TASK: BrowserTask = {
  files: problemFiles(),
  flags: { phase: "prefill", inputTokens: 128, minBatch: 4, maxBatch: 4 },
  wasmBase64: readFileSync(createRequire(import.meta.url).resolve("highs/runtime"), "base64"),
};

/** What it makes of them. */
export interface BrowserAnswer {
  readonly status: string;
  readonly objective: number | null;
  readonly placement: unknown;
  /** The evaluation of the placement, read again from its JSON. */
  readonly evaluation: unknown;
  readonly nodeGlobals: readonly string[];
}

/** Reads a problem from texts, solves and evaluates it. It stands for itself, so that its source can be sent to where it runs. */
export async function solveInBrowser(task: BrowserTask): Promise<BrowserAnswer> {
  const core = (globalThis as unknown as { llmPlacement: typeof import("../../src/index.ts") })
    .llmPlacement;
  const wasmBinary = Uint8Array.from(atob(task.wasmBase64), (byte) => byte.charCodeAt(0)).buffer;
  const problem = core.buildProblem(task.files, task.flags);
  const backend = core.createInlineHighs({ wasmBinary });
  const solution = await core.solve(problem, core.DEFAULT_REQUEST, backend);
  await backend.dispose();
  if (!("placement" in solution)) throw new Error(solution.status);
  const json = JSON.stringify(solution.placement);
  const placement = core.completePlacement(
    core.parsePlacement(json, "placement.json"),
    problem.workload,
    "placement.json",
  );
  const evaluation = core.evaluate(problem, placement);
  return {
    status: solution.status,
    objective: solution.objective.value,
    placement: solution.placement,
    evaluation: JSON.parse(JSON.stringify(evaluation)),
    nodeGlobals: ["process", "Buffer", "require", "setImmediate", "global"].filter(
      (name) => name in globalThis,
    ),
  };
}
