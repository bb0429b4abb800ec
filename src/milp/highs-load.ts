import type { Highs, InitOptions } from "highs";

/** Where the WASM comes from when it does not lie beside the package's loader (bundlers, content delivery networks). */
export type HighsSource = Pick<InitOptions, "wasmBinary" | "wasmModule" | "locateFile">;

/** The part of Emscripten's interface that the package's types leave out: the module is instantiated here and handed over. */
interface LoaderOptions extends Pick<InitOptions, "locateFile"> {
  instantiateWasm?(imports: object, receive: (instance: object) => void): void;
}

/** What every engine has as a global, and the types of Node do not. */
interface WebAssemblyGlobal {
  readonly WebAssembly: {
    compile(bytes: NonNullable<InitOptions["wasmBinary"]>): Promise<object>;
    instantiate(module: object, imports: object): Promise<object>;
  };
}

/** Loads a HiGHS module of its own; the package is imported only here, so that who solves nothing loads nothing. */
export async function loadHighs(source: HighsSource = {}): Promise<Highs> {
  const imported = await import("highs");
  // The package's types describe its CommonJS build; its ES module exports the loader itself as the default.
  const load = imported.default as unknown as (options: LoaderOptions) => Promise<Highs>;
  const { WebAssembly } = globalThis as unknown as WebAssemblyGlobal;
  const { wasmBinary, wasmModule, ...location } = source;
  const wasm: object | undefined =
    wasmModule ?? (wasmBinary && (await WebAssembly.compile(wasmBinary)));
  // The loader turns the object it is given into the module, so that no two modules may share one.
  if (wasm === undefined) return load({ ...location });
  // The types offer wasmBinary and wasmModule, but the loader of version 1.15.3 reads neither and fetches its file.
  return new Promise((resolve, reject) => {
    load({
      ...location,
      instantiateWasm: (imports, receive) => {
        WebAssembly.instantiate(wasm, imports).then(receive, reject);
      },
    }).then(resolve, reject);
  });
}
