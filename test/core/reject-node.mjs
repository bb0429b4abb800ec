// A module loader hook: nothing but the tools that load TypeScript may import what only Node has.
import { isBuiltin } from "node:module";

export async function resolve(specifier, context, next) {
  const parent = context.parentURL ?? "";
  const isTool = parent.includes("/node_modules/tsx/") || parent.includes("/node_modules/esbuild/");
  if (isBuiltin(specifier) && !isTool) {
    throw new Error(`${specifier} does not exist here, ${parent} wants it`);
  }
  return next(specifier, context);
}
