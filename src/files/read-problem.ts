import { existsSync, readdirSync, statSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { InputError } from "../errors.ts";
import type { Problem } from "../placement/problem.ts";
import { buildProblem } from "./build-problem.ts";
import { fileError } from "./file-error.ts";
import type { ProblemFlags } from "./merge-flags.ts";
import { readText } from "./read-text.ts";
import type { SourceText } from "./source-text.ts";

/** Where a problem's files are, and what the command line says beside them. */
export interface ProblemOptions extends ProblemFlags {
  /** --config-dir: the directory of config.csv; the other files lie there or one directory above. */
  readonly configDir: string;
  /** Leaves network_bandwidth.csv unread, as if it were absent: for a command that is about to replace it. */
  readonly ignoreNetworkFile?: boolean | undefined;
}

const CONFIG = "config.csv";
const POOL = "gpu_pool.csv";
const INSTANCES = "cloud_instances_specs.csv";
const NETWORK = "network_bandwidth.csv";
const LAYERS = "layers.csv";

/**
 * Reads a problem: config.csv from the directory, gpu_pool.csv, cloud_instances_specs.csv and network_bandwidth.csv (absent:
 * derived) each from the directory or else its parent. layers.csv (absent: all layers are alike) belongs to config.csv and is
 * read from its directory only.
 * @throws InputError that names file and line, or the flag, for everything that is missing, unreadable or contradictory.
 */
export function readProblem(options: ProblemOptions): Problem {
  const { configDir, ignoreNetworkFile, ...flags } = options;
  checkDirectory(configDir);
  const configPath = join(configDir, CONFIG);
  const layersPath = join(configDir, LAYERS);
  if (!existsSync(configPath)) {
    throw new InputError(configDir, `there is no ${CONFIG} in it.`, configHint(configDir));
  }
  return buildProblem(
    {
      config: source(configPath),
      pool: source(findNear(configDir, POOL, "Write one: instance_name,count and a line a type.")),
      instances: source(
        findNear(configDir, INSTANCES, "Write one with the instance types of the pool."),
      ),
      network: ignoreNetworkFile ? null : sourceIfThere(findOptional(configDir, NETWORK)),
      layers: sourceIfThere(existsSync(layersPath) ? layersPath : null),
      open: (path, namedBy) =>
        source(namedBy === "flag" || isAbsolute(path) ? path : join(configDir, path)),
    },
    flags,
  );
}

function checkDirectory(configDir: string): void {
  let isDirectory: boolean | undefined;
  try {
    isDirectory = statSync(configDir, { throwIfNoEntry: false })?.isDirectory();
  } catch (error) {
    throw fileError(configDir, "read", error);
  }
  if (isDirectory) return;
  throw new InputError(
    configDir,
    isDirectory === undefined ? "there is no such directory." : "it is a file, not a directory.",
    `Give --config-dir the directory that holds ${CONFIG}.`,
  );
}

/** Names directories below that do hold a configuration: the likeliest slip is to stop one level too high. */
function configHint(configDir: string): string {
  const below = readdirSync(configDir)
    .map((name) => join(configDir, name))
    .filter((path) => existsSync(join(path, CONFIG)))
    .sort();
  return below.length === 0
    ? `Give --config-dir the directory that holds ${CONFIG}.`
    : `Did you mean --config-dir ${below.join(" or ")}?`;
}

function findNear(configDir: string, name: string, hint: string): string {
  const path = findOptional(configDir, name);
  if (path !== null) return path;
  throw new InputError(
    join(configDir, name),
    `there is no such file, neither there nor in the directory above (${join(configDir, "..", name)}).`,
    hint,
  );
}

function findOptional(configDir: string, name: string): string | null {
  const candidates = [join(configDir, name), join(configDir, "..", name)];
  return candidates.find((path) => existsSync(path)) ?? null;
}

function source(path: string): SourceText {
  return { text: readText(path), fileName: path };
}

function sourceIfThere(path: string | null): SourceText | null {
  return path === null ? null : source(path);
}
