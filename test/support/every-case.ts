import type { MilpBackend } from "../../src/milp/model.ts";

/** A back end that every case is put to, also those that need no MILP. */
export function everyCase(backend: MilpBackend): MilpBackend {
  return {
    name: backend.name,
    decidesEveryCase: true,
    solve: (model, options) => backend.solve(model, options),
    dispose: () => backend.dispose(),
  };
}
