import type { Highs, InitOptions } from "highs";

/** Where the WASM comes from when it does not lie beside the package's loader (bundlers, content delivery networks). */
export type HighsSource = Pick<InitOptions, "wasmBinary" | "wasmModule" | "locateFile">;

/** Loads a HiGHS module of its own; the package is imported only here, so that who solves nothing loads nothing. */
export async function loadHighs(source: HighsSource = {}): Promise<Highs> {
  const imported = await import("highs");
  // The package's types describe its CommonJS build; its ES module exports the loader itself as the default.
  const load = imported.default as unknown as (options?: InitOptions) => Promise<Highs>;
  // The loader turns the object it is given into the module, so that no two modules may share one.
  return load({ ...source });
}
