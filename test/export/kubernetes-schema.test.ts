/**
 * Pods and services of golden manifests against the schemas of Kubernetes' API, as the package kubernetes-models has them. The
 * resources around them (LeaderWorkerSet, LLMInferenceService, DynamoGraphDeployment) have no schema on npm.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PodTemplate, Service } from "kubernetes-models/v1";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";

const GOLDEN = fileURLToPath(new URL("golden/", import.meta.url));

type Fields = Readonly<Record<string, unknown>>;

/** What stands in a document by its path; undefined where it is not there. */
function at(document: unknown, ...path: readonly string[]): Fields | undefined {
  let here = document;
  for (const key of path) here = (here as Fields | undefined)?.[key];
  return here as Fields | undefined;
}

/** Dynamo merges its main container with the fields of its service. */
function dynamoPod(service: Fields): Fields {
  const { mainContainer, ...spec } = service.extraPodSpec as { mainContainer: Fields };
  return { ...spec, containers: [{ name: "main", env: service.envs, ...mainContainer }] };
}

/** The pod templates of a document. */
function podTemplates(document: Fields): Fields[] {
  switch (document.kind) {
    case "LeaderWorkerSet": {
      const pods = at(document, "spec", "leaderWorkerTemplate");
      return [at(pods, "leaderTemplate"), at(pods, "workerTemplate")].filter(
        (template) => template !== undefined,
      );
    }
    case "LLMInferenceService":
      return [at(document, "spec", "template"), at(document, "spec", "worker")]
        .filter((spec) => spec !== undefined)
        .map((spec) => ({ spec }));
    case "DynamoGraphDeployment":
      return Object.values(at(document, "spec", "services")!).map((service) => ({
        spec: dynamoPod(service as Fields),
      }));
    default:
      return [];
  }
}

const DOCUMENTS = readdirSync(GOLDEN, { recursive: true, encoding: "utf8" })
  .filter((name) => /^(leaderworkerset|kserve|dynamo)\/.*\.yaml$/.test(name))
  .sort()
  .flatMap((name) =>
    parseAllDocuments(readFileSync(join(GOLDEN, name), "utf8")).map((document) => {
      const fields = document.toJS() as Fields;
      return [`${name}: ${fields.kind}`, fields] as const;
    }),
  );

describe("Kubernetes' schemas", () => {
  const check = (template: Fields): void =>
    new PodTemplate({ metadata: { name: "pod" }, template }).validate();

  it.each(DOCUMENTS)("accept %s", (_, document) => {
    if (document.kind === "Service") {
      new Service(document).validate();
      return;
    }
    const templates = podTemplates(document);
    expect(templates.length).toBeGreaterThan(0);
    for (const template of templates) check(template);
  });

  it("refuse a number as the value of an environment variable", () => {
    const env = [{ name: "A", value: 3 }];
    expect(() => check({ spec: { containers: [{ name: "main", env }] } })).toThrow(
      /env\/0\/value must be string/,
    );
  });
});
