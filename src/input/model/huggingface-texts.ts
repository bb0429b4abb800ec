import type { HuggingFaceModel, ModelOverrides } from "../../huggingface/huggingface-model.ts";
import { huggingFaceModel } from "../../huggingface/read-huggingface.ts";
import { jsonFile } from "../text/json-file.ts";
import type { SourceText } from "../text/source-text.ts";

/** The files of a Hugging Face repository that say what a model is, as texts. */
export interface HuggingFaceTexts {
  readonly name: string;
  /** `owner/name` on Hugging Face, where it is known. */
  readonly repository?: string | null | undefined;
  /** config.json. */
  readonly config: SourceText;
  /** hf_quant_config.json. */
  readonly quantConfig?: SourceText | undefined;
  /** model.safetensors.index.json. */
  readonly safetensorsIndex?: SourceText | undefined;
  readonly overrides?: ModelOverrides | undefined;
}

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
