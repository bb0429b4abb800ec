import { Document, Scalar, visit } from "yaml";
import type { LaunchFile } from "./launch.ts";

/**
 * A YAML file of one or more documents. Texts that some parser would take for something else ("no", "1:30", "40,40") are quoted.
 * @param comment lines above the first document, without comment signs
 */
export function yamlFile(
  path: string,
  comment: readonly string[],
  ...documents: readonly object[]
): LaunchFile {
  const head = comment.map((line) => `# ${line}`.trimEnd()).join("\n");
  return { path, text: `${head}\n\n${documents.map(yamlText).join("---\n")}`, executable: false };
}

/** Kubernetes and PyYAML read YAML 1.1, in which more is no text than in 1.2. */
function yamlText(content: object): string {
  const document = new Document(content, { version: "1.1", aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === "string" && /^[\d.,:_+-]+$/.test(node.value)) {
        node.type = Scalar.QUOTE_DOUBLE;
      }
    },
  });
  return document.toString({ lineWidth: 0 });
}
