import { stringify } from "yaml";
import { TEMPLATE, type TemplateSection } from "./template.ts";

/** A key with its value, as it will stand in the file. */
export interface FileLine {
  readonly key: string;
  readonly value: unknown;
}

/**
 * The text of a configuration file.
 * @param schemaPath path of the JSON Schema from the file's directory
 * @param helpOf what a key is, in words
 * @param defaults what holds for this problem without the key: stands in place of the template's example
 */
export function configFileText(
  lines: readonly FileLine[],
  name: string,
  schemaPath: string,
  helpOf: (key: string) => string,
  defaults: Readonly<Record<string, unknown>>,
): string {
  const known = new Set(TEMPLATE.flatMap(({ keys }) => keys));
  const sections = TEMPLATE.map((section, index) => {
    const isLast = index === TEMPLATE.length - 1;
    const own = lines.filter(({ key }) => (isLast ? !known.has(key) : section.keys.includes(key)));
    const examples = Object.entries(section.examples).map(
      ([key, value]) => [key, defaults[key] ?? value] as const,
    );
    return sectionText({ ...section, examples: Object.fromEntries(examples) }, own, helpOf);
  });
  const head = [
    `# yaml-language-server: $schema=${schemaPath}`,
    `# A problem of llm-placement. Solve it: llm-placement solve --config ${name}`,
    "# Keys are the flags of solve, evaluate, sweep, export and network, with underscores. A flag on the",
    "# command line overrides a key. Paths are relative to this file's directory.",
  ].join("\n");
  return `${[head, ...sections].join("\n\n")}\n`;
}

function sectionText(
  { title, examples }: TemplateSection,
  own: readonly FileLine[],
  helpOf: (key: string) => string,
): string {
  const given = own.flatMap(({ key, value }) => [`# ${helpOf(key)}`, lineText(key, value)]);
  const others = Object.entries(examples)
    .filter(([key]) => own.every((line) => line.key !== key))
    .map(([key, value]) => `# ${lineText(key, value)}`);
  return [`# ${title}`, ...given, ...others].join("\n");
}

function lineText(key: string, value: unknown): string {
  return `${key}: ${stringify(value, { collectionStyle: "flow", flowCollectionPadding: false, lineWidth: 0 }).trimEnd()}`;
}
