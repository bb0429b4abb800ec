import type { EngineSettings } from "../../engines/engine-settings.ts";
import { InputError } from "../../errors.ts";
import type { HuggingFaceModel } from "../../huggingface/huggingface-model.ts";
import { modelOf, whyNotReference } from "../../huggingface/model-of.ts";
import type { Workload } from "../../workload/workload.ts";
import type { Config } from "../config/parse-config.ts";
import type { CostModelName } from "../config/serving-keys.ts";
import type { BuiltModel } from "./model-from-config.ts";

/**
 * A model read from elsewhere, as a cost model sees it.
 * @param config whose own model it stands in for, null where there is none
 * @throws InputError for a model that the cost model cannot represent
 */
export function givenModel(
  costModel: CostModelName,
  given: HuggingFaceModel,
  config: Config | null,
): BuiltModel {
  const problem = costModel === "reference" ? whyNotReference(given.architecture) : null;
  if (problem !== null) {
    throw new InputError(
      "--cost-model",
      `the cost model "reference" cannot represent ${given.name}: ${problem}.`,
      "Leave --cost-model out: the calibrated cost model can.",
    );
  }
  return {
    model: modelOf(given),
    notes: [
      ...given.notes,
      ...(config
        ? [
            `${config.fileName}: the model it describes (${config.values.model_name}) is not used: --model gives ${given.name}.`,
          ]
        : []),
    ],
  };
}

/**
 * Requests longer than what a model is made for.
 * @returns what to warn of: some requests are, or all by a longest request that is asked for
 * @throws InputError when a mean request is and nobody asked for such: an engine does not start, or refuses it
 */
export function contextNotes(
  { name, maxContextTokens }: HuggingFaceModel,
  { inputTokens, outputTokens, inputLengths, outputLengths }: Workload,
  engine: EngineSettings | null,
): string[] {
  if (maxContextTokens === null) return [];
  const mean = (inputTokens ?? 0) + (outputTokens ?? 0);
  if (mean > maxContextTokens && engine?.maxModelLenTokens === null) {
    throw new InputError(
      "--input-length",
      `a request of ${inputTokens ?? 0} input + ${outputTokens ?? 0} output tokens exceeds the maximum of ${name}, ${maxContextTokens} tokens (max_position_embeddings): an engine rejects it.`,
      `Give shorter lengths; or --max-model-len ${mean} if the engine is configured for such requests (rope scaling).`,
    );
  }
  const longest =
    engine?.maxModelLenTokens ??
    (inputLengths?.p95Tokens ?? inputTokens ?? 0) + (outputLengths?.p95Tokens ?? outputTokens ?? 0);
  return longest > maxContextTokens
    ? [
        `requests of ${longest} tokens exceed the maximum of ${name}, ${maxContextTokens} tokens (max_position_embeddings): an engine accepts them only with rope scaling.`,
      ]
    : [];
}
