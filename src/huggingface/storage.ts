import { InputError } from "../errors.ts";
import type { WeightFormat } from "../model/architecture.ts";
import { type ConfigFields, findField, misfit, placeOfField } from "./config-fields.ts";
import type { ModelOverrides } from "./huggingface-model.ts";
import type { Quantization } from "./quantization.ts";
import {
  type Dimensions,
  quantisedWeights,
  type StoredWeights,
  weightsOfFormat,
} from "./weights.ts";

/**
 * How weights are stored: as asked, else as the quantisation says, else in 16 bit.
 * @throws InputError for a dtype that is not known, and for mxfp4 where there are no experts
 */
export function storedWeights(
  fields: ConfigFields,
  dimensions: Dimensions,
  quantization: Quantization | null,
  asked: WeightFormat | undefined,
): StoredWeights {
  if (asked !== undefined) {
    checkAsked(dimensions, asked);
    return weightsOfFormat(dimensions, asked);
  }
  if (quantization !== null) return quantisedWeights(dimensions, quantization);
  return { ...weightsOfFormat(dimensions, "16bit"), notes: dtypeNotes(fields) };
}

function checkAsked({ kinds }: Dimensions, asked: WeightFormat): void {
  if (asked !== "mxfp4" || kinds.some(({ experts }) => experts > 0)) return;
  throw new InputError(
    "--weight-format",
    "mxfp4 is a format of experts, and the model has none.",
    "Choose nvfp4 or int4.",
  );
}

/** Engines load what is not quantised as 16 bit, whatever it was saved as. */
function dtypeNotes(fields: ConfigFields): readonly string[] {
  const stated = ["torch_dtype", "dtype"].flatMap((name) => findField(fields, name) ?? []);
  const wrong = stated.find(({ value }) => !DTYPES.some((dtype) => dtype === value));
  if (wrong) throw misfit(wrong.place, wrong.value, `one of ${DTYPES.join(", ")}`);
  if (stated.some(({ value }) => value !== "float32")) return [];
  return stated.length === 0
    ? [`${placeOfField(fields, "torch_dtype")}: it is missing; weights are taken as 16 bit.`]
    : [`${stated[0]!.place}: weights saved as float32 are served in 16 bit.`];
}

const DTYPES = ["bfloat16", "float16", "float32"] as const;

/** c: bytes of an element of the KV cache: as asked, else as the quantisation says, else 2. */
export function kvBytesOf(quantization: Quantization | null, overrides: ModelOverrides): 1 | 2 {
  switch (overrides.kvCacheDtype ?? "auto") {
    case "fp8":
      return 1;
    case "bf16":
      return 2;
    case "auto":
      return quantization?.hasFp8Cache ? 1 : 2;
  }
}
