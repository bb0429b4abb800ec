import { InputError } from "../errors.ts";
import {
  type Architecture,
  BYTES_PER_PARAMETER,
  type WeightFormat,
} from "../model/architecture.ts";
import { type LayerMatrix, layerMatrices } from "./layer-matrices.ts";
import type { Quantization } from "./quantization.ts";

/** A model by its matrices, before it is known how they are stored. */
export type Dimensions = Omit<Architecture, "weightFormat" | "weightBytes" | "kvBytes">;

/** How the weights of the layers are stored. */
export interface StoredWeights {
  readonly format: WeightFormat;
  /** Bytes of a weight: on average where some keep 16 bit; of those in experts where the format is mxfp4. */
  readonly bytes: number;
  /** Weights and bytes of all matrices of all layers. */
  readonly layerParameters: number;
  readonly layerBytes: number;
  readonly notes: readonly string[];
}

const BYTES_16_BIT = BYTES_PER_PARAMETER["16bit"];

/** Weights that are all of one format, by the table of formats; of mxfp4 only those of experts are. */
export function weightsOfFormat(dimensions: Dimensions, format: WeightFormat): StoredWeights {
  const bytes = BYTES_PER_PARAMETER[format];
  const layerBytes = sumOverLayers(dimensions, ({ part, parameters }) =>
    format === "mxfp4" && part !== "experts" ? parameters * BYTES_16_BIT : parameters * bytes,
  );
  return { format, bytes, layerParameters: parametersOf(dimensions), layerBytes, notes: [] };
}

const parametersOf = (dimensions: Dimensions): number =>
  sumOverLayers(dimensions, ({ parameters }) => parameters);

/**
 * Weights as a quantised checkpoint stores them. Where matrices of layers keep 16 bit, a weight has the average of all: the sum over
 * the model is exact, the sum of a layer nearly.
 * @throws InputError where mxfp4 is on other weights than those of experts, and where it is not on all of those
 */
export function quantisedWeights(
  dimensions: Dimensions,
  quantization: Quantization,
): StoredWeights {
  const { format, bytes, isLeftAlone, place } = quantization;
  let kept = 0;
  const layerParameters = parametersOf(dimensions);
  const layerBytes = sumOverLayers(dimensions, (matrix, layer) => {
    const isKept = isLeftAlone(layer, matrix.names);
    if (format === "mxfp4" && isKept === (matrix.part === "experts")) {
      throw new InputError(
        place,
        "mxfp4 is modelled only if all experts have it and nothing else does.",
        "Set the served format with --weight-format.",
      );
    }
    if (isKept) kept += matrix.parameters;
    return matrix.parameters * (isKept ? BYTES_16_BIT : bytes);
  });
  if (kept === layerParameters) return weightsOfFormat(dimensions, "16bit");
  const all = { format, layerParameters, layerBytes };
  if (kept === 0 || format === "mxfp4") return { ...all, bytes, notes: [] };
  const average = layerBytes / layerParameters;
  const share = ((100 * kept) / layerParameters).toPrecision(2);
  return {
    ...all,
    bytes: average,
    notes: [
      `${place}: ${share} % of the layers' weights keep 16 bit; ${average.toPrecision(4)} bytes, the average, are taken for each weight.`,
    ],
  };
}

function sumOverLayers(
  dimensions: Dimensions,
  value: (matrix: LayerMatrix, layer: number) => number,
): number {
  const matrices = dimensions.kinds.map((kind) => layerMatrices(dimensions.hidden, kind));
  return dimensions.kindOf.reduce(
    (all, kind, layer) => matrices[kind]!.reduce((sum, matrix) => sum + value(matrix, layer), all),
    0,
  );
}
