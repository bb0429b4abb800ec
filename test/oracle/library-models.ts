import { InputError } from "../../src/errors.ts";
import { libraryNames } from "../../src/files/model-library.ts";
import { readModel } from "../../src/files/read-model.ts";
import type { HuggingFaceModel, ModelOverrides } from "../../src/huggingface/huggingface-model.ts";
import { modelOf } from "../../src/huggingface/model-of.ts";
import type { LayerArchitecture } from "../../src/model/architecture.ts";
import type { Model } from "../../src/model/model.ts";
import { outlineOf } from "../../src/model/outline.ts";
import { attending } from "../support/models.ts";
import type { Prng } from "./prng.ts";

const NAMES = libraryNames();

/**
 * A model of the library cut down to a few of its layers: its first ones (dense layers before experts, windows by turns) or any run of
 * them; in another weight format now and then, or with layers of made-up widths.
 *
 * @param weightsGib about what its layers are to weigh
 */
export function drawCutDownModel(prng: Prng, weightsGib: number, mostLayers: number): Model {
  const whole = drawWhole(prng);
  const { architecture, weightGroups } = whole;
  const layerGib = outlineOf(architecture).layerWeightGib;
  const layers = Math.max(2, Math.min(mostLayers, Math.round(weightsGib / layerGib)));
  const first = prng.chance(0.6) ? 0 : prng.int(0, architecture.kindOf.length - layers);
  const kindOf = architecture.kindOf.slice(first, first + layers);
  const allowedCuts = prng.chance(0.1)
    ? Array.from({ length: kindOf.length - 1 }, (_, i) => i + 1).filter(() => prng.chance(0.6))
    : null;
  const isMadeUp = prng.chance(0.2) && weightGroups === null;
  return modelOf({
    ...whole,
    architecture: isMadeUp
      ? { ...architecture, ...madeUpLayers(prng, architecture.kinds, kindOf.length) }
      : { ...architecture, kindOf },
    allowedCuts,
  });
}

function drawWhole(prng: Prng): HuggingFaceModel {
  const name = prng.pick(NAMES);
  const overrides: ModelOverrides = {
    weightFormat: prng.pick([undefined, undefined, undefined, "16bit", "fp8", "int4", "nvfp4"]),
    kvCacheDtype: prng.pick([undefined, undefined, "bf16", "fp8"]),
  };
  try {
    return readModel(name, overrides);
  } catch (error) {
    // A checkpoint that is quantised already takes no other format.
    if (!(error instanceof InputError)) throw error;
    return readModel(name);
  }
}

/** Layers as wide as the model's or wider, in no order. */
function madeUpLayers(
  prng: Prng,
  kinds: readonly LayerArchitecture[],
  layers: number,
): { readonly kinds: readonly LayerArchitecture[]; readonly kindOf: readonly number[] } {
  const [one] = kinds as readonly [LayerArchitecture];
  const wide = { ...one, ffnWidth: one.ffnWidth * prng.pick([1, 2, 4]) };
  const other = attending(one, { windowTokens: prng.pick([null, 128, 1024]) });
  return {
    kinds: [wide, other],
    kindOf: Array.from({ length: layers }, () => prng.int(0, 1)),
  };
}
