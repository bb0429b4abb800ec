import type { Architecture } from "../../model/architecture.ts";
import { checkModel, type Model } from "../../model/model.ts";
import {
  alikeKind,
  architectureOfOutline,
  layerPlanOf,
  type Outline,
  statedSizes,
} from "../../model/outline.ts";
import type { ConfigKey } from "../config/config-keys.ts";
import { type Config, configPlace } from "../config/parse-config.ts";
import type { CostModelName } from "../config/serving-keys.ts";
import type { SourceText } from "../text/source-text.ts";
import { readArchitecture } from "./architecture-from-config.ts";
import { applyLayerRuns, isNear } from "./layers-architecture.ts";
import { allowedCutsOf, type LayerRuns, planOfRuns, readLayerRuns } from "./parse-layers.ts";

/** A model, and what the user has to know of how it was read. */
export interface BuiltModel {
  readonly model: Model;
  readonly notes: readonly string[];
}

/**
 * The model that config.csv and layers.csv describe, as a cost model sees it. The reference model takes weights as they are
 * stated, and layers as alike unless layers.csv or weights at the ends say otherwise. The calibrated model takes everything
 * from the dimensions.
 * @throws InputError with file and line for what makes no sense together
 */
export function buildModel(
  costModel: CostModelName,
  config: Config,
  layers: SourceText | null,
): BuiltModel {
  const outline = outlineOfConfig(config);
  const runs = layers && readLayerRuns(layers.text, layers.fileName, outline);
  const architecture =
    costModel === "reference"
      ? statedArchitecture(outline, config, runs)
      : architectureByMatrices(outline, config, runs);
  const model: Model = {
    name: config.values.model_name,
    architecture,
    allowedCuts: runs && allowedCutsOf(runs),
  };
  checkModel(model);
  return { model, notes: costModel === "reference" ? [] : sizeNotes(config, architecture) };
}

/** What config.csv states of all layers. */
function outlineOfConfig({ values }: Config): Outline {
  return {
    numLayers: values.num_decoder_layers,
    dModel: values.d_model,
    dHidden: values.d_hidden,
    vocabSize: values.vocab_size,
    numAttentionHeads: values.num_attention_heads,
    numKvHeads: values.num_kv_heads ?? values.num_attention_heads,
    bytesPerElement: values.bytes_per_element,
    layerWeightGib: values.layer_weight_memory_gb,
  };
}

function statedArchitecture(
  outline: Outline,
  { values }: Config,
  runs: LayerRuns | null,
): Architecture {
  const ends = {
    embeddingGib: values.embedding_memory_gb ?? 0,
    lmHeadGib: values.lm_head_memory_gb ?? 0,
  };
  if (runs === null && ends.embeddingGib === 0 && ends.lmHeadGib === 0) {
    return architectureOfOutline(outline);
  }
  const alike = {
    kinds: [alikeKind(outline)],
    kindOf: new Array<number>(outline.numLayers).fill(0),
    ...ends,
  };
  return architectureOfOutline({ ...outline, layers: runs ? planOfRuns(runs, ends) : alike });
}

function architectureByMatrices(
  outline: Outline,
  config: Config,
  runs: LayerRuns | null,
): Architecture {
  const byConfig = readArchitecture(config);
  return {
    ...(runs ? applyLayerRuns(byConfig, runs) : byConfig),
    stated: statedSizes(outline),
  };
}

/** Sizes that config.csv states and that are far from what its dimensions give: one of the two is wrong. */
function sizeNotes(config: Config, architecture: Architecture): string[] {
  const { weightFormat } = architecture;
  const plan = layerPlanOf(architecture);
  const layerGib = plan.kinds.map((kind) => kind.weightGib);
  const stated: readonly (readonly [ConfigKey, readonly number[], string])[] = [
    [
      "layer_weight_memory_gb",
      layerGib,
      `the dimensions give ${layerGib.map((gib) => gib.toPrecision(3)).join(" or ")} GB a layer at ${weightFormat}`,
    ],
    ["embedding_memory_gb", [plan.embeddingGib], endWords(plan.embeddingGib)],
    ["lm_head_memory_gb", [plan.lmHeadGib], endWords(plan.lmHeadGib)],
  ];
  return stated.flatMap(([key, computed, words]) => {
    const value = config.values[key];
    // A size of 0 says that nothing is to be counted there, which only the reference model can do.
    if (typeof value !== "number" || value === 0 || computed.some((gib) => isNear(value, gib))) {
      return [];
    }
    return [
      `${configPlace(config, key)}: ${key} ${value} is not used by the calibrated cost model: ${words}. If that is wrong, correct the dimensions (see docs/cli.md).`,
    ];
  });
}

function endWords(gib: number): string {
  return `vocab_size and d_model give ${gib.toPrecision(3)} GB`;
}
