import type { MilpBackend } from "../solver/milp/model.ts";
import type { CliIo, SolverName } from "./io.ts";

/** Makes the back end of a name. That of HiGHS begins to load at once, beside what the caller does next. */
export async function startBackend(name: SolverName, io: CliIo): Promise<MilpBackend> {
  if (io.createBackend) return io.createBackend(name);
  switch (name) {
    case "highs": {
      const { createHighsWorkerBackend } = await import("../solver/milp/highs-client.ts");
      return createHighsWorkerBackend();
    }
    case "jslp": {
      const { createJslp } = await import("../solver/milp/jslp.ts");
      return createJslp();
    }
  }
}
