import { listed } from "./comment-text.ts";
import type { LaunchPlan } from "./launch-plan.ts";

/**
 * SkyPilot's names of clouds whose instance types it knows, by ours. Source: SkyPilot's list of `infra` and its catalogue
 * folders; CoreWeave is a Kubernetes context there and has no instance types.
 */
const CLOUDS: Readonly<Record<string, string>> = {
  aws: "aws",
  gcp: "gcp",
  azure: "azure",
  oci: "oci",
  lambda: "lambda",
  nebius: "nebius",
  runpod: "runpod",
};

/** SkyPilot's name of a provider; null when it has none. */
export function skyCloud(provider: string): string | null {
  return CLOUDS[provider.toLowerCase()] ?? null;
}

/** Nodes that SkyPilot cannot rent. */
export function cloudProblem({ nodes }: LaunchPlan): string | null {
  const unknown = nodes
    .map(({ type }) => type.instance.provider)
    .filter((provider) => skyCloud(provider) === null);
  if (unknown.length === 0) return null;
  return `SkyPilot has no instance types of ${listed([...new Set(unknown)])}; it has those of ${listed(Object.keys(CLOUDS))}.`;
}
