import type { HuggingFaceModel } from "../../huggingface/huggingface-model.ts";
import { type HuggingFaceFiles, huggingFaceModel } from "../../huggingface/read-huggingface.ts";
import { jsonFile } from "../text/json-file.ts";
import type { SourceText } from "../text/source-text.ts";

/** The files of a Hugging Face repository that say what a model is, as texts. */
export type HuggingFaceTexts = HuggingFaceFiles<SourceText>;

/**
 * A model from the texts of its files.
 * @throws InputError with file, line and field for what is no JSON, missing, contradictory, unknown or not modelled
 */
export function readHuggingFaceModel(texts: HuggingFaceTexts): HuggingFaceModel {
  const { config, quantConfig, safetensorsIndex } = texts;
  return huggingFaceModel({
    ...texts,
    config: jsonFile(config),
    quantConfig: quantConfig && jsonFile(quantConfig),
    safetensorsIndex: safetensorsIndex && jsonFile(safetensorsIndex),
  });
}
