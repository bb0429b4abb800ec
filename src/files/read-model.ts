import { existsSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { InputError } from "../errors.ts";
import type { HuggingFaceModel, ModelOverrides } from "../huggingface/huggingface-model.ts";
import { type LibraryModel, libraryEntry, libraryModel } from "../huggingface/library.ts";
import { readHuggingFaceModel } from "../input/model/huggingface-texts.ts";
import { jsonFile } from "../input/text/json-file.ts";
import type { SourceText } from "../input/text/source-text.ts";
import { nearestName } from "../nearest.ts";
import { libraryNames, libraryPath } from "./model-library.ts";
import { readText } from "./read-text.ts";

/** How messages name it, wherever the package is installed. */
const LIBRARY_NAME = "config/models";

const CONFIG = "config.json";

/**
 * Reads a model: a name of the library or its Hugging Face repository (letter case ignored), a path of a config.json, or a folder that
 * holds one. Beside a file called config.json, hf_quant_config.json and model.safetensors.index.json are read too.
 * @throws InputError for a name that is not known, and with file and field for what cannot be read or is not modelled
 */
export function readModel(nameOrPath: string, overrides: ModelOverrides = {}): HuggingFaceModel {
  const known = findInLibrary(nameOrPath);
  if (known) return libraryModel(jsonFile(known), overrides);
  if (existsSync(nameOrPath)) return readModelFiles(nameOrPath, overrides);
  throw unknownModel(nameOrPath);
}

/** Whether a name is that of a model of the library or of its repository; letter case does not count. */
export function isLibraryModel(name: string): boolean {
  return findInLibrary(name) !== null;
}

/** All models of the library, by name. */
export function readLibrary(): readonly LibraryModel[] {
  return libraryNames().map((name) => {
    const file = jsonFile(librarySource(name));
    return { entry: libraryEntry(file), model: libraryModel(file) };
  });
}

function librarySource(name: string): SourceText {
  const path = libraryPath(name);
  return { text: readText(path), fileName: `${LIBRARY_NAME}/${basename(path)}` };
}

function findInLibrary(asked: string): SourceText | null {
  const lower = asked.toLowerCase();
  const names = libraryNames();
  if (names.includes(lower)) return librarySource(lower);
  if (!/^[\w.-]+\/[\w.-]+$/.test(asked)) return null;
  const sources = names.map(librarySource);
  return (
    sources.find((file) => libraryEntry(jsonFile(file)).repository.toLowerCase() === lower) ?? null
  );
}

function readModelFiles(path: string, overrides: ModelOverrides): HuggingFaceModel {
  const isFolder = statSync(path).isDirectory();
  const configPath = isFolder ? join(path, CONFIG) : path;
  if (!existsSync(configPath)) {
    throw new InputError(
      path,
      `there is no ${CONFIG} in it.`,
      "Give a folder as Hugging Face downloads it.",
    );
  }
  const folder = dirname(resolve(configPath));
  const isDownload = basename(configPath) === CONFIG;
  const beside = (name: string): SourceText | undefined => {
    const file = join(dirname(configPath), name);
    return isDownload && existsSync(file) ? { text: readText(file), fileName: file } : undefined;
  };
  const repository = repositoryOf(folder);
  return readHuggingFaceModel({
    name: nameOf(configPath, folder, repository),
    repository,
    config: { text: readText(configPath), fileName: configPath },
    quantConfig: beside("hf_quant_config.json"),
    safetensorsIndex: beside("model.safetensors.index.json"),
    overrides,
  });
}

/** Hugging Face's cache: `models--owner--name/snapshots/<revision>`. */
function repositoryOf(folder: string): string | null {
  const match = /^models--(.+?)--(.+)$/.exec(basename(dirname(dirname(folder))));
  return match ? `${match[1]}/${match[2]}` : null;
}

/** The repository's name, else the file's, or its folder's where the file is called config.json. */
function nameOf(configPath: string, folder: string, repository: string | null): string {
  if (repository !== null) return repository.split("/")[1]!;
  const file = basename(configPath);
  return file === CONFIG ? basename(folder) : file.replace(/\.json$/, "");
}

function unknownModel(asked: string): InputError {
  const entries = libraryNames().map((name) => libraryEntry(jsonFile(librarySource(name))));
  const nearest = nearestName(
    asked,
    entries.flatMap(({ name, repository }) => [name, repository]),
  );
  const hint = nearest === null ? "" : `Did you mean "${nearest}"? `;
  return new InputError(
    "--model",
    `"${asked}" is not a model in the library, nor a file or folder.`,
    `${hint}\`llm-placement models\` lists the library; any other model is read from its config.json.`,
  );
}
