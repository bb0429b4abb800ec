import type { EngineSettings } from "../engines/engine-settings.ts";
import type { Architecture } from "../model/architecture.ts";
import { createCalibratedModel } from "./calibrated/calibrated-model.ts";
import { SHIPPED } from "./calibrated/shipped.ts";
import type { CostModel, CostModelOrigin } from "./cost-model.ts";
import { createReferenceModel } from "./reference/reference-model.ts";

/**
 * The cost model of an origin, which it carries.
 * @throws TypeError for a calibrated model without an engine
 */
export function costModelOf(
  origin: CostModelOrigin,
  architecture: Architecture,
  engine: EngineSettings | null,
): CostModel {
  if (origin.name === "reference") {
    return { ...createReferenceModel(architecture, origin), origin };
  }
  const values = { ...SHIPPED.values, ...origin.factors };
  const calibrated = createCalibratedModel(architecture, engine!, { ...SHIPPED, values });
  return { ...calibrated, origin };
}
