import { InputError } from "../errors.ts";
import type { MilpBackend } from "../milp/model.ts";
import type { CliIo, SolverName } from "./io/io.ts";

/** Makes the back end of a name. */
export async function startBackend(name: SolverName, io: CliIo): Promise<MilpBackend> {
  switch (name) {
    case "highs": {
      if (io.createBackend) return io.createBackend(name);
      const { createHighsWorkerBackend } = await import("../milp/highs-client.ts");
      return createHighsWorkerBackend();
    }
    case "jslp": {
      if (io.createBackend) return refusingToFail(io.createBackend(name));
      const { createJslp } = await import("../milp/jslp.ts");
      return refusingToFail(createJslp());
    }
  }
}

/**
 * The small solver is there for cross-checks: a model that it cannot hold or does not solve right is a wrong choice of
 * solver, and no defect of the program.
 */
function refusingToFail(backend: MilpBackend): MilpBackend {
  return {
    name: backend.name,
    ...(backend.decidesEveryCase ? { decidesEveryCase: true } : {}),
    solve: async (model, options) => {
      const outcome = await backend.solve(model, options);
      if (outcome.status !== "failed") return outcome;
      throw new InputError(
        "--solver",
        `${backend.name} cannot solve this problem: ${outcome.reason}.`,
        "Use --solver highs, or omit the flag.",
      );
    },
    dispose: () => backend.dispose(),
  };
}
