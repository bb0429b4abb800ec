import { Builder, type Term } from "../../milp/builder.ts";
import type { CandidatesAtRate, OptionAtRate } from "../stages/candidates-at-rate.ts";
import { addInstanceRows, type OptionColumns } from "./instance-rows.ts";
import { rebuildPlacement } from "./rebuild.ts";
import type { CaseCosts, CaseLimit, CaseModel, RentalRules } from "./rental-rows.ts";

/**
 * The count formulation of one case (batch, number of stages S, throughput floor): how many stages of each class and how
 * many instances of each host class, at the lowest cost.
 *
 *   x_k   stages of class k = (type, TP degree[, size])       integer
 *   z_o   layers on option o = (type, TP degree), free sizes  integer, smallest·x ≤ z ≤ largest·x
 *   y_τ   instances of host class τ (or of each pattern)      integer
 *
 *   minimise Σ cost_τ·y_τ
 *   Σ x = S,  Σ layers = L,  GPUs of a class's stages packed into its instances (see packing.ts),
 *   solo classes: stages = S·y, y ≤ 1; rules on what is rented as rows.
 *
 * There is no variable for a pair of stages and no big-M: the floor has removed every class and link that is too slow.
 */
export function countModel(
  candidates: readonly CandidatesAtRate[],
  stages: number,
  layers: number,
  costs: CaseCosts,
  limits: readonly CaseLimit[],
  rules: RentalRules,
): CaseModel {
  const build = new Builder();
  const layerTerms: Term[] = [];
  const decode = addInstanceRows(
    build,
    candidates,
    stages,
    costs,
    limits,
    rules,
    (name, option, most) => {
      const columns = addOption(build, name, option, most, layers);
      layerTerms.push(...columns.layerTerms);
      return columns;
    },
  );
  build.row("layers", layers, layers, layerTerms);
  return {
    name: "count",
    milp: build.model(),
    placement: (values, point) => rebuildPlacement(decode(values), point),
  };
}

interface SizedColumns extends OptionColumns {
  /** Layers of the option's stages. */
  readonly layerTerms: readonly Term[];
}

function addOption(
  build: Builder,
  name: string,
  option: OptionAtRate,
  mostStages: number,
  layers: number,
): SizedColumns {
  if (!option.contiguous || option.sizes.length === 1) {
    const stageColumns = option.sizes.map((size) =>
      build.column(`x.${name}.n${size}`, 0, Math.min(mostStages, Math.floor(layers / size))),
    );
    return {
      stageColumns,
      layerTerms: stageColumns.map((column, i) => ({ column, coefficient: option.sizes[i]! })),
      decode: (values) =>
        stageColumns.flatMap((column, i) =>
          new Array<number>(Math.round(values[column]!)).fill(option.sizes[i]!),
        ),
    };
  }
  const x = build.column(
    `x.${name}`,
    0,
    Math.min(mostStages, Math.floor(layers / option.smallest)),
  );
  const z = build.column(`z.${name}`, 0, Math.min(layers, mostStages * option.largest));
  build.row(`${name}.least`, 0, Number.POSITIVE_INFINITY, [
    { column: z, coefficient: 1 },
    { column: x, coefficient: -option.smallest },
  ]);
  build.row(`${name}.most`, Number.NEGATIVE_INFINITY, 0, [
    { column: z, coefficient: 1 },
    { column: x, coefficient: -option.largest },
  ]);
  return {
    stageColumns: [x],
    layerTerms: [{ column: z, coefficient: 1 }],
    decode: (values) => spread(Math.round(values[z]!), Math.round(values[x]!)),
  };
}

/** `layers` over `stages` as evenly as integers allow; the slowest stage is then as fast as it can be. */
function spread(layers: number, stages: number): number[] {
  const base = Math.floor(layers / Math.max(1, stages));
  const longer = layers - base * stages;
  return Array.from({ length: stages }, (_, i) => base + (i < longer ? 1 : 0));
}
