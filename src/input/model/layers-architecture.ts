import { InputError } from "../../errors.ts";
import type { Architecture, LayerArchitecture } from "../../model/architecture.ts";
import type { Attention } from "../../model/attention.ts";
import { activeFfnWidth, layerWeightGib } from "../../model/outline.ts";
import { layerKindsOf } from "./architecture-from-config.ts";
import { HIDDEN, type LayerRun, type LayerRuns, runPlace, WEIGHT, WINDOW } from "./parse-layers.ts";

/**
 * Sizes in GB are taken as stated by hand: within this share of what the dimensions give they agree. The founding
 * configuration's 1.75 GB a layer is 10 % above its dimensions.
 */
const SIZE_TOLERANCE = 0.2;

/** Whether a size that a file states is near what the dimensions give. */
export function isNear(statedGib: number, computedGib: number): boolean {
  return Math.abs(statedGib / computedGib - 1) <= SIZE_TOLERANCE;
}

/**
 * The architecture that config.csv describes with what layers.csv says of single layers: width and KV heads of dense layers,
 * and windows. Where both say something (experts, windows, weights), they have to agree.
 * @throws InputError with file and line where they do not
 */
export function applyLayerRuns(architecture: Architecture, runs: LayerRuns): Architecture {
  const hasWindows = architecture.kinds.some(({ attention }) => attention.windowTokens !== null);
  const hasExperts = architecture.kinds.some((kind) => kind.experts > 0);
  const layers: LayerArchitecture[] = [];
  for (const run of runs.runs) {
    for (let layer = run.firstLayer; layer <= run.lastLayer; layer++) {
      const byConfig = architecture.kinds[architecture.kindOf[layer - 1]!]!;
      const kind: LayerArchitecture = {
        ...byConfig,
        ffnWidth: hasExperts
          ? checkedWidth(runs, run, layer, byConfig)
          : (run.given.dHidden ?? byConfig.ffnWidth),
        attention: {
          ...byConfig.attention,
          ...(byConfig.attention.kind === "grouped-query" &&
            run.given.numKvHeads !== null && { kvHeads: run.given.numKvHeads }),
          windowTokens: hasWindows
            ? checkedWindow(runs, run, layer, byConfig.attention)
            : run.kind.attentionWindowTokens,
        },
      };
      checkWeight(runs, run, layer, layerWeightGib(architecture, kind));
      layers.push(kind);
    }
  }
  return { ...architecture, ...layerKindsOf(layers) };
}

/** `d_hidden` of layers.csv is what each token passes, all active experts together. */
function checkedWidth(
  runs: LayerRuns,
  run: LayerRun,
  layer: number,
  byConfig: LayerArchitecture,
): number {
  const active = activeFfnWidth(byConfig);
  if (run.given.dHidden === null || run.given.dHidden === active) return byConfig.ffnWidth;
  throw new InputError(
    runPlace(runs, run, HIDDEN),
    `d_hidden ${run.given.dHidden} contradicts config.csv, which gives layer ${layer} ${active} elements per token.`,
    "Make the two agree, or leave the cell empty.",
  );
}

function checkedWindow(
  runs: LayerRuns,
  run: LayerRun,
  layer: number,
  byConfig: Attention,
): number | null {
  const said = run.kind.attentionWindowTokens;
  if (!runs.saysWindows || said === byConfig.windowTokens) return byConfig.windowTokens;
  const words = (tokens: number | null): string =>
    tokens === null ? "none" : `one of ${tokens} tokens`;
  throw new InputError(
    runPlace(runs, run, WINDOW),
    `layer ${layer} has a different window (${words(said)}) from sliding_window in config.csv (${words(byConfig.windowTokens)}).`,
    "Make the two agree, or describe windows in one of the two files.",
  );
}

function checkWeight(runs: LayerRuns, run: LayerRun, layer: number, computedGib: number): void {
  const stated = run.given.weightGib;
  if (stated === null || isNear(stated, computedGib)) return;
  throw new InputError(
    runPlace(runs, run, WEIGHT),
    `layer_weight_memory_gb ${stated} is far from the ${computedGib.toPrecision(3)} GB that the dimensions give layer ${layer}.`,
    "Describe the layers by the dimensions in config.csv (num_experts, ffn_matrices, weight_format, …), or use --cost-model reference, which takes the weights as stated.",
  );
}
