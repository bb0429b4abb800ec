import type { Profile } from "../../engines/engines.ts";
import { type GpuSpec, isTableGpu } from "../../hardware/gpu-specs.ts";
import type {
  ClassParameters,
  CommonParameters,
  EngineParameters,
  Parameters,
  ParameterValues,
  TypeParameters,
} from "./parameters.ts";
import { CLASS_KEYS, COMMON_KEYS, ENGINE_KEYS, TYPE_KEYS } from "./priors.ts";

/** A GPU of a user's own table was fitted by nobody, whatever its name: it is like its class. */
const LIKE_ITS_CLASS: TypeParameters = { typeCompute: 1, typeRead: 1 };

/** The parameters of one GPU type under one engine. @throws RangeError when a value of a shipped GPU or of an engine is missing */
export function resolveParameters(
  values: ParameterValues,
  gpu: GpuSpec,
  profile: Profile,
): Parameters {
  return {
    gpu: pick(values, CLASS_KEYS, `.${gpu.gpuClass}`) as unknown as ClassParameters,
    type: isTableGpu(gpu)
      ? (pick(values, TYPE_KEYS, `.${gpu.name}`) as unknown as TypeParameters)
      : LIKE_ITS_CLASS,
    engine: pick(values, ENGINE_KEYS, `.${profile}`) as unknown as EngineParameters,
    common: pick(values, COMMON_KEYS, "") as unknown as CommonParameters,
  };
}

/** The names of the parameters that a prediction for this GPU type and engine can depend on. */
export function parameterNames(gpu: GpuSpec, profile: Profile): string[] {
  return [
    ...CLASS_KEYS.map((key) => `${key}.${gpu.gpuClass}`),
    ...TYPE_KEYS.map((key) => `${key}.${gpu.name}`),
    ...ENGINE_KEYS.map((key) => `${key}.${profile}`),
    ...COMMON_KEYS,
  ];
}

function pick(
  values: ParameterValues,
  keys: readonly string[],
  suffix: string,
): Record<string, number> {
  const picked: Record<string, number> = {};
  for (const key of keys) {
    const value = values[key + suffix];
    if (value === undefined) throw new RangeError(`no value for the parameter ${key}${suffix}`);
    picked[key] = value;
  }
  return picked;
}
