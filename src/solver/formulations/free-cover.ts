import { Builder, type Term } from "../../milp/builder.ts";
import { layerCount } from "../../model/model.ts";
import { placeInAnyOrder } from "../order/any-order.ts";
import type { OptionAtRate } from "../stages/candidates-at-rate.ts";
import { type Case, classesSuffice, isOrderFree } from "./case.ts";
import type { CaseModel, Formulation } from "./formulation.ts";
import { addInstanceRows, runsLessLinks } from "./instance-rows.ts";

/**
 * The cover relaxation where any order of the stages is as good: it needs no positions, and a plan is a placement.
 *
 *   x_k   stages of class k = (instance class, TP degree), or of each of its sizes where these have gaps    integer
 *
 *   Σ x = S,   Σ smallest_k·x_k ≤ L ≤ Σ largest_k·x_k
 *
 * Where every size from the smallest to the largest is there, sizes that add up to L can then be chosen.
 */
export const FREE_COVER: Formulation = {
  name: "free-cover",
  covers: (of) => (!isOrderFree(of) ? null : classesSuffice(of) ? "exact" : "relaxation"),
  build: freeCover,
};

function freeCover(of: Case): CaseModel {
  const layers = layerCount(of.problem.model);
  const build = new Builder();
  const smallest: Term[] = [];
  const largest: Term[] = [];
  const decode = addInstanceRows(build, of, (name, option, most) => {
    const ranges = rangesOf(option);
    const columns = ranges.map((range) => {
      const upper = Math.min(most, Math.floor(layers / range.smallest));
      const label = ranges.length > 1 ? `x.${name}.n${range.smallest}` : `x.${name}`;
      const column = build.column(label, 0, upper);
      smallest.push({ column, coefficient: range.smallest });
      largest.push({ column, coefficient: range.largest });
      return { column, smallest: range.smallest };
    });
    return {
      stageColumns: columns.map(({ column }) => column),
      decode: (values) =>
        columns.flatMap(({ column, smallest: size }) =>
          new Array<number>(Math.round(values[column]!)).fill(size),
        ),
    };
  });
  build.row("layers", layers, Number.POSITIVE_INFINITY, largest);
  build.row("layers.least", Number.NEGATIVE_INFINITY, layers, smallest);
  return {
    milp: build.model(),
    constant: runsLessLinks(of),
    placement: (values) =>
      of.ofStages(placeInAnyOrder(decode(values), layers, of.batch.setting.point)),
  };
}

/** The sizes of an option as ranges without a gap: all of them, or each on its own. */
function rangesOf({
  contiguous,
  smallest,
  largest,
  sizes,
}: OptionAtRate): readonly { readonly smallest: number; readonly largest: number }[] {
  return contiguous
    ? [{ smallest, largest }]
    : sizes.map((size) => ({ smallest: size, largest: size }));
}
