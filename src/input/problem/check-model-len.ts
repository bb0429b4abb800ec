import type { EngineSettings } from "../../engines/engine-settings.ts";
import { InputError } from "../../errors.ts";
import type { Workload } from "../../workload/workload.ts";
import { configPlace, type Settings } from "../config/parse-config.ts";

/**
 * Checks that the engine takes the requests of the workload. Unknown lengths pass.
 * @param isFlag whether --max-model-len says the longest request, not config.csv
 * @returns what to warn of: long requests that the engine would refuse
 * @throws InputError when even a mean request is longer than the engine takes
 */
export function checkModelLen(
  engine: EngineSettings | null,
  workload: Workload,
  config: Settings,
  isFlag: boolean,
): string[] {
  const longest = engine?.maxModelLenTokens ?? null;
  const { inputTokens, outputTokens, inputLengths, outputLengths } = workload;
  if (longest === null || inputTokens === null || outputTokens === null) return [];
  const where = isFlag ? "--max-model-len" : configPlace(config, "max_model_len");
  const mean = inputTokens + outputTokens;
  if (mean > longest) {
    throw new InputError(
      where,
      `a longest request of ${longest} tokens is shorter than the ${inputTokens} input + ${outputTokens} output tokens of the workload.`,
      `Give at least ${mean}, or shorter lengths.`,
    );
  }
  const long =
    (inputLengths?.p95Tokens ?? inputTokens) + (outputLengths?.p95Tokens ?? outputTokens);
  return long > longest
    ? [
        `${where}: a longest request of ${longest} tokens rejects some of the workload: its 95th percentiles add up to ${long}.`,
      ]
    : [];
}
