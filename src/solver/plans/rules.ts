import type { Case } from "../formulations/case.ts";
import type { PlanInstance } from "./cheapest-plans.ts";

/** The rules on what is rented that count more than instances: whether some instances keep them, as far as they go. */
export function allowedBy({
  candidates,
  rules: { maxInstanceTypes, maxStagesByType, mostGpusInUse = null, restType },
}: Pick<Case, "candidates" | "rules">): (instances: readonly PlanInstance[]) => boolean {
  const isFree =
    maxInstanceTypes === null &&
    maxStagesByType.size === 0 &&
    mostGpusInUse === null &&
    restType === undefined;
  if (isFree) return () => true;
  const names = candidates.map(({ instanceClass }) => instanceClass.type.instance.name);
  return (instances) => {
    const stagesByType = new Map<string, number>();
    let gpus = 0;
    let others = 0;
    for (const { candidate, pattern } of instances) {
      const name = names[candidate]!;
      stagesByType.set(name, (stagesByType.get(name) ?? 0) + pattern.stages);
      gpus += pattern.gpus;
      if (restType !== undefined && name !== restType) others++;
    }
    return (
      (maxInstanceTypes === null || stagesByType.size <= maxInstanceTypes) &&
      (mostGpusInUse === null || gpus <= mostGpusInUse) &&
      others <= 1 &&
      [...stagesByType].every(([name, stages]) => {
        const most = maxStagesByType.get(name);
        return most === undefined || stages <= most;
      })
    );
  };
}
