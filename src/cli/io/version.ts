import { readFileSync } from "node:fs";

/** What package.json says of the program. */
export interface PackageFacts {
  readonly version: string;
  readonly engines: { readonly node: string };
}

/** package.json of the package; it lies two directories above this file in the sources and in the build. */
export function packageFacts(): PackageFacts {
  const text = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
  return JSON.parse(text) as PackageFacts;
}

/** The version of the package. */
export function packageVersion(): string {
  return packageFacts().version;
}
