import { existsSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../errors.ts";
import { parseConfig } from "../input/config/parse-config.ts";
import { buildModel } from "../input/model/model-from-config.ts";
import type { Architecture } from "../model/architecture.ts";
import { readText } from "./read-text.ts";

/**
 * Reads the model of a problem's directory: its config.csv, and layers.csv where there is one.
 * @throws InputError with file and line for what cannot be read
 */
export function readArchitectureDir(configDir: string): Architecture {
  const path = join(configDir, "config.csv");
  if (!existsSync(path)) {
    throw new InputError(
      configDir,
      "there is no config.csv in it.",
      "Give --config-dir the directory that holds config.csv.",
    );
  }
  const layersPath = join(configDir, "layers.csv");
  const layers = existsSync(layersPath)
    ? { text: readText(layersPath), fileName: layersPath }
    : null;
  const config = parseConfig(readText(path), path);
  return buildModel("calibrated", config, layers).model.architecture;
}
