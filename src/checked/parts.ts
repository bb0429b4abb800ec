/** As core.ts, for functions on parts of a problem: catalogues, networks, prices, placements. */

import { checkConsistency as consistency } from "../catalogue/consistency.ts";
import { overlay as overlaid } from "../catalogue/overlay.ts";
import { parsePoolSpec as poolSpec } from "../catalogue/pool-spec.ts";
import { limitsOf as limitsOfForm } from "../export/limits.ts";
import { launcherOf as launcher, startLimits as limitsOnStart } from "../export/startable.ts";
import { EXPORT_TARGETS, formOf as formOfTarget, KUBERNETES_KINDS } from "../export/targets.ts";
import { externalShareGBytesPerSecond as externalShare } from "../hardware/instance.ts";
import {
  checkMatrix as checkedMatrix,
  deriveMatrix as derived,
  uniformMatrix as uniform,
} from "../hardware/network.ts";
import { usdToMicroUsd as toMicroUsd, microUsdToUsd as toUsd } from "../hardware/price.ts";
import { placementPoint as pointOf } from "../placement/evaluate.ts";
import { meetsLimits as meets } from "../placement/limits.ts";
import { instanceName as nameOf, parseInstanceName as parseName } from "../placement/placement.ts";
import { restoreProblem as restored } from "../problem-file/restore-problem.ts";
import { storeProblem as stored } from "../problem-file/store-problem.ts";
import { sweep as swept } from "../sweep/sweep.ts";
import { batchSizes as sizes } from "../workload/workload.ts";
import { guarded, listOf, made, number, oneOf, optional, text, unchecked } from "./check.ts";
import { form, instance, limits, placement, problem, workload } from "./shapes.ts";

export const overlay: typeof overlaid = guarded(overlaid, { base: made, own: made });
export const checkConsistency: typeof consistency = guarded(consistency, {
  catalogue: made,
  today: text,
});
export const parsePoolSpec: typeof poolSpec = guarded(poolSpec, { text, where: text });
export const limitsOf: typeof limitsOfForm = guarded(limitsOfForm, { form, problem, placement });
export const startLimits: typeof limitsOnStart = guarded(limitsOnStart, {
  form,
  problem,
  placement,
});
export const launcherOf: typeof launcher = guarded(launcher, { problem: made });
export const formOf: typeof formOfTarget = guarded(formOfTarget, {
  target: oneOf(EXPORT_TARGETS),
  kind: optional(oneOf(KUBERNETES_KINDS)),
});
export const externalShareGBytesPerSecond: typeof externalShare = guarded(externalShare, {
  instance,
});
export const checkMatrix: typeof checkedMatrix = guarded(checkedMatrix, {
  network: made,
  pool: made,
});
export const deriveMatrix: typeof derived = guarded(derived, { pool: made });
export const uniformMatrix: typeof uniform = guarded(uniform, {
  pool: made,
  insideGBytesPerSecond: number,
  betweenGBytesPerSecond: number,
});
export const microUsdToUsd: typeof toUsd = guarded(toUsd, { microUsd: number });
export const usdToMicroUsd: typeof toMicroUsd = guarded(toMicroUsd, { usd: number });
export const placementPoint: typeof pointOf = guarded(pointOf, {
  placement,
  workload: optional(workload),
});
export const meetsLimits: typeof meets = guarded(meets, {
  limits,
  microUsdPerHour: number,
  tokensPerSecond: number,
  totalTokensToProcess: number,
});
export const instanceName: typeof nameOf = guarded(nameOf, { typeName: text, index: number });
export const parseInstanceName: typeof parseName = guarded(parseName, { name: text });
/** The stored problem is checked field by field behind this. */
export const restoreProblem: typeof restored = guarded(restored, {
  stored: unchecked,
  where: text,
});
export const storeProblem: typeof stored = guarded(stored, {
  problem,
  placements: listOf(placement),
});
export const sweep: typeof swept = guarded(swept, { problem, runs: made });
export const batchSizes: typeof sizes = guarded(sizes, { minBatch: number, maxBatch: number });
