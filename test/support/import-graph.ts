import { readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { fileURLToPath } from "node:url";

/** What a module reaches by imports. */
export interface ImportGraph {
  /** Modules of the project, as URLs, the entry among them. */
  readonly modules: ReadonlySet<string>;
  /** Packages and built-in modules by name, each with the modules that import it. */
  readonly packages: ReadonlyMap<string, readonly string[]>;
}

const STATIC = /^(?:import|export)\s(?!type\s)(?:[^;'"]*?\sfrom\s)?\s*"([^"]+)"/gm;
const DYNAMIC = /\bimport\("([^"]+)"\)/g;

/** Follows the imports that are left when types are erased; `dynamic`: also those that are only made when they are needed. */
export function importGraph(entry: URL, { dynamic }: { readonly dynamic: boolean }): ImportGraph {
  const modules = new Set<string>();
  const packages = new Map<string, string[]>();
  const open = [entry.href];
  for (let url = open.pop(); url !== undefined; url = open.pop()) {
    if (modules.has(url)) continue;
    modules.add(url);
    const source = readFileSync(fileURLToPath(url), "utf8");
    for (const pattern of dynamic ? [STATIC, DYNAMIC] : [STATIC]) {
      for (const [, specifier = ""] of source.matchAll(pattern)) {
        if (specifier.startsWith(".")) open.push(new URL(specifier, url).href);
        else packages.set(specifier, [...(packages.get(specifier) ?? []), url]);
      }
    }
  }
  return { modules, packages };
}

/** Whether a name is that of a module that only Node has. */
export function isNodeModule(name: string): boolean {
  return name.startsWith("node:") || builtinModules.includes(name.split("/")[0]!);
}
