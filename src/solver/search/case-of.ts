import type { Placement } from "../../placement/placement.ts";
import type { NodeShape } from "../deployable/node-rules.ts";
import type { Case } from "../formulations/case.ts";
import type { CaseCosts, CaseLimit, RentalRules } from "../formulations/rental-rows.ts";
import type { SolveRequest } from "../request.ts";
import type { CaseContext } from "./case-context.ts";
import type { Subproblem } from "./subproblems.ts";

/** A subproblem at one of its levels, under some costs and limits. */
export function caseOf(
  { problem, request }: Pick<CaseContext, "problem" | "request">,
  { stageTables, classes, stages, levels }: Subproblem,
  level: number,
  costs: CaseCosts,
  limits: readonly CaseLimit[],
): Case {
  const { batch, groupGpus, shape, minOutsideGBytesPerSecond, layerWeights } = stageTables;
  const candidates = stageTables.candidates(level, stages);
  return {
    problem,
    stages,
    minRate: levels[level]!,
    batch,
    classes,
    groupGpus,
    minOutsideGBytesPerSecond,
    shape,
    candidates,
    pieces: stageTables.pieces(stages),
    links: stageTables.links(level),
    layerWeights: layerWeights.rows,
    boundWeights: layerWeights.bounds,
    costs,
    limits,
    rules: rulesOf(request, shape),
    ofStages: (pieces: Placement) => stageTables.placement(pieces, candidates),
  };
}

/** The rules on what is rented as the formulations of a shape count them: by stages, or by whole nodes. */
function rulesOf(request: SolveRequest, shape: NodeShape | null): RentalRules {
  if (!shape) return request;
  const { stagesPerNode, restType, placesNodes } = shape;
  const { noIdleGpus, maxInstances, maxInstanceTypes, maxStagesByType, mostGpusInUse } = request;
  return {
    noIdleGpus,
    maxInstances,
    maxInstanceTypes,
    mostGpusInUse,
    maxStagesByType: placesNodes
      ? new Map(
          [...maxStagesByType].map(([name, most]) => [name, Math.floor(most / stagesPerNode)]),
        )
      : maxStagesByType,
    ...(placesNodes ? {} : { stagesPerInstance: stagesPerNode }),
    ...(restType === null ? {} : { restType }),
  };
}
