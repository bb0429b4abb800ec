import type { EngineSettings } from "../cost/engine-settings.ts";
import { InputError } from "../errors.ts";
import type { HuggingFaceModel } from "../huggingface/huggingface-model.ts";
import { modelOf, referenceProblem } from "../huggingface/model-of.ts";
import type { Workload } from "../workload/workload.ts";
import type { BuiltModel } from "./build-model.ts";
import type { Config } from "./parse-config.ts";
import type { CostModelName } from "./serving-keys.ts";

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
  const problem = costModel === "reference" ? referenceProblem(given.architecture) : null;
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
            `${config.fileName}: the model it describes (${config.values.model_name}) is not used: --model says ${given.name}.`,
          ]
        : []),
    ],
  };
}

/** Requests longer than what a model is made for. */
export function contextNotes(
  { name, maxContextTokens }: HuggingFaceModel,
  { inputTokens, outputTokens, inputLengths, outputLengths }: Workload,
  engine: EngineSettings | null,
): string[] {
  if (maxContextTokens === null) return [];
  const longest =
    engine?.maxModelLenTokens ??
    (inputLengths?.p95Tokens ?? inputTokens ?? 0) + (outputLengths?.p95Tokens ?? outputTokens ?? 0);
  return longest > maxContextTokens
    ? [
        `requests of ${longest} tokens are longer than the ${maxContextTokens} that ${name} is made for (max_position_embeddings): an engine takes them with rope scaling only.`,
      ]
    : [];
}
