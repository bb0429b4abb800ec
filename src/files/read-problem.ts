import { existsSync, readdirSync, statSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import type { PoolSelection } from "../catalogue/select-pool.ts";
import { InputError } from "../errors.ts";
import type { ModelOverrides } from "../huggingface/huggingface-model.ts";
import { type ChoiceFlags, choosePool, choosesAny } from "../input/pool/choose-pool.ts";
import type { PoolSource } from "../input/pool/pool-source.ts";
import { buildProblem } from "../input/problem/build-problem.ts";
import type { ReadCalibration } from "../input/problem/choose-cost-model.ts";
import { withDefaultLoad } from "../input/problem/default-load.ts";
import type { ProblemFlags } from "../input/problem/merge-flags.ts";
import type { SourceText } from "../input/text/source-text.ts";
import type { Problem } from "../placement/problem.ts";
import { fileError } from "./file-error.ts";
import { readCatalogue } from "./read-catalogue.ts";
import { readModel } from "./read-model.ts";
import { readText } from "./read-text.ts";

/** Where a problem's parts are, and what the command line says beside them. */
export interface ProblemOptions extends ProblemFlags, ChoiceFlags {
  /** --catalogue: directory that is laid over the shipped catalogue. */
  readonly catalogueDirectory?: string | undefined;
  /** --config-dir: the directory of config.csv; the other files lie there or one directory above. Absent: `model` is given. */
  readonly configDir?: string | undefined;
  /** --model: a name of the library, a config.json or a directory with one; stands in for the model of config.csv. */
  readonly model?: string | undefined;
  /** What of the model is served otherwise than its files say. */
  readonly overrides?: ModelOverrides | undefined;
  /** ISO date that ages of prices are counted to; absent: the clock's. */
  readonly today?: string | undefined;
  /** Leaves network_bandwidth.csv unread, as if it were absent: for a command that is about to replace it. */
  readonly ignoreNetworkFile?: boolean | undefined;
}

const CONFIG = "config.csv";
const POOL = "gpu_pool.csv";
const INSTANCES = "cloud_instances_specs.csv";
const NETWORK = "network_bandwidth.csv";
const LAYERS = "layers.csv";

/** As `readProblem`, at the load that answers are looked for at where nobody says one. */
export function readServedProblem(
  options: ProblemOptions,
  readCalibration?: ReadCalibration,
): Problem {
  return readProblem(withDefaultLoad(options, options.configDir !== undefined), readCalibration);
}

/**
 * Reads a problem. The model is that of `model`, or else of config.csv with layers.csv (absent: all layers are alike) beside it. The
 * pool comes out of the catalogue where a flag asks for that or there is no directory; else from gpu_pool.csv,
 * cloud_instances_specs.csv and network_bandwidth.csv (absent: derived), each from the directory or else its parent. Settings are
 * those of config.csv, or defaults.
 * @param readCalibration has to be given where `options` name a calibration
 * @throws InputError that names file and line, or the flag, for everything that is missing, unreadable or contradictory.
 */
export function readProblem(options: ProblemOptions, readCalibration?: ReadCalibration): Problem {
  const { configDir, model, overrides = {}, today, ignoreNetworkFile, ...flags } = options;
  if (configDir === undefined && model === undefined) {
    throw new InputError(
      "--model",
      "it is missing.",
      "Give a model (`llm-placement models` lists names; a config.json will do), or --config-dir with the directory that holds config.csv.",
    );
  }
  refuseOverridesAlone(model, overrides);
  const config = configDir === undefined ? null : configPath(configDir, model !== undefined);
  const fromCatalogue =
    configDir === undefined || choosesAny(flags) || flags.catalogueDirectory !== undefined;
  if (fromCatalogue && flags.cloudProvider !== undefined) {
    throw new InputError(
      "--cloud-provider",
      "it belongs to gpu_pool.csv, but the pool comes from the catalogue.",
      "Use --providers instead.",
    );
  }
  const networkFile = configDir === undefined ? null : findOptional(configDir, NETWORK);
  const pool: PoolSource = fromCatalogue
    ? { pool: withoutMatrix(poolOfCatalogue(flags, today ?? clockDay()), networkFile) }
    : poolFiles(configDir);
  const inDirectory = (name: string): string | null => {
    const path = configDir === undefined ? null : join(configDir, name);
    return path !== null && existsSync(path) ? path : null;
  };
  return buildProblem(
    {
      ...pool,
      config: config === null ? null : source(config),
      model: model === undefined ? null : readModel(model, overrides),
      network: ignoreNetworkFile || fromCatalogue ? null : sourceIfThere(networkFile),
      layers: model === undefined ? sourceIfThere(inDirectory(LAYERS)) : null,
      open: (path, namedBy) =>
        source(
          namedBy === "flag" || isAbsolute(path) || configDir === undefined
            ? path
            : join(configDir, path),
        ),
    },
    flags,
    readCalibration,
  );
}

function poolOfCatalogue(flags: ProblemOptions, today: string): PoolSelection {
  return choosePool(readCatalogue(flags.catalogueDirectory), flags, today, source);
}

/** The clock's day, UTC. */
function clockDay(): string {
  return new Date().toISOString().slice(0, 10);
}

/** A bandwidth matrix is that of gpu_pool.csv: beside another pool it is not used, which is said. */
function withoutMatrix(selection: PoolSelection, networkFile: string | null): PoolSelection {
  if (networkFile === null) return selection;
  const note = `${networkFile}: it is not used: it belongs to ${POOL}, but the pool comes from the catalogue.`;
  return { ...selection, warnings: [...selection.warnings, note] };
}

function refuseOverridesAlone(model: string | undefined, overrides: ModelOverrides): void {
  if (model !== undefined) return;
  const said = [
    overrides.weightFormat === undefined ? undefined : "--weight-format",
    overrides.kvCacheDtype === undefined ? undefined : "--kv-cache-dtype",
  ].find((flag) => flag !== undefined);
  if (said === undefined) return;
  throw new InputError(
    said,
    "it changes the model of --model, but there is no --model.",
    "Give --model, or the key of the same name in config.csv.",
  );
}

/** The path of config.csv; null where it may be absent and is. */
function configPath(configDir: string, mayBeAbsent: boolean): string | null {
  checkDirectory(configDir);
  const path = join(configDir, CONFIG);
  if (existsSync(path)) return path;
  if (mayBeAbsent) return null;
  throw new InputError(configDir, `there is no ${CONFIG} in it.`, configHint(configDir));
}

function poolFiles(configDir: string): PoolSource {
  return {
    pool: source(
      findNear(configDir, POOL, "Write one: instance_name,count, and one line per type."),
    ),
    instances: source(
      findNear(configDir, INSTANCES, "Write one with the instance types of the pool."),
    ),
  };
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
