import type { NodeShape } from "../deployable/node-rules.ts";
import type { RentalRules } from "../formulations/rental-rows.ts";
import type { SolveRequest } from "../request.ts";

/** The rules on what is rented as the formulations of a shape count them: by stages, or by whole nodes. */
export function caseRules(request: SolveRequest, shape: NodeShape | null): RentalRules {
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
