import type { Architecture } from "../../model/architecture.ts";
import { layerPlanOf } from "../../model/layer-plan.ts";
import { checkLayerPlan, type LayerPlan, type Model } from "../../model/model.ts";
import type { ConfigKey } from "../config/config-keys.ts";
import { type Config, configPlace } from "../config/parse-config.ts";
import type { CostModelName } from "../config/serving-keys.ts";
import type { SourceText } from "../text/source-text.ts";
import { readArchitecture } from "./architecture-from-config.ts";
import { applyLayerRuns, isNear } from "./layers-architecture.ts";
import { type AlikeModel, alikeLayers, planOfRuns, readLayerRuns } from "./parse-layers.ts";

/** A model, and what the user has to know of how it was read. */
export interface BuiltModel {
  readonly model: Model;
  readonly notes: readonly string[];
}

/**
 * The model that config.csv and layers.csv describe, as a cost model sees it. The reference model takes weights as they are
 * stated, and layers as alike unless layers.csv or weights at the ends say otherwise. The calibrated model takes everything
 * from the dimensions and always has a layer plan.
 * @throws InputError with file and line for what makes no sense together
 */
export function buildModel(
  costModel: CostModelName,
  config: Config,
  layers: SourceText | null,
): BuiltModel {
  const alike = alikeModel(config);
  const built =
    costModel === "reference"
      ? { model: referenceModel(alike, config, layers), notes: [] }
      : architecturalModel(alike, config, layers);
  checkLayerPlan(built.model);
  return built;
}

function alikeModel({ values }: Config): AlikeModel {
  return {
    name: values.model_name,
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

function referenceModel(alike: AlikeModel, { values }: Config, layers: SourceText | null): Model {
  const ends = {
    embeddingGib: values.embedding_memory_gb ?? 0,
    lmHeadGib: values.lm_head_memory_gb ?? 0,
  };
  if (layers === null && ends.embeddingGib === 0 && ends.lmHeadGib === 0) return alike;
  const plan =
    layers === null
      ? alikeLayers(alike, ends)
      : planOfRuns(readLayerRuns(layers.text, layers.fileName, alike), ends);
  return { ...alike, layers: plan };
}

function architecturalModel(
  alike: AlikeModel,
  config: Config,
  layers: SourceText | null,
): BuiltModel {
  const byConfig = readArchitecture(config);
  const { architecture, layers: plan } =
    layers === null
      ? { architecture: byConfig, layers: layerPlanOf(byConfig) }
      : applyLayerRuns(byConfig, readLayerRuns(layers.text, layers.fileName, alike));
  return {
    model: { ...alike, architecture, layers: plan },
    notes: sizeNotes(config, architecture, plan),
  };
}

/** Sizes that config.csv states and that are far from what its dimensions give: one of the two is wrong. */
function sizeNotes(config: Config, { weightFormat }: Architecture, plan: LayerPlan): string[] {
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
