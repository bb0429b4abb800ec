import { lacksMemory, TOO_LITTLE_MEMORY } from "../../milp/lacks-memory.ts";
import type { MilpBackend, MilpModel } from "../../milp/model.ts";
import type { SolverName } from "../io/io.ts";
import type { DoctorFinding } from "./finding.ts";

/** Maximise 3 x + 2 y with x + y ≤ 4, x + 3 y ≤ 6, x ≤ 3, both whole: x = 3, y = 1. */
const TINY: MilpModel = {
  columns: [
    { name: "x", cost: -3, lower: 0, upper: 3, integer: true },
    { name: "y", cost: -2, lower: 0, upper: Number.POSITIVE_INFINITY, integer: true },
  ],
  rows: [
    {
      name: "sum",
      lower: Number.NEGATIVE_INFINITY,
      upper: 4,
      terms: [
        { column: 0, coefficient: 1 },
        { column: 1, coefficient: 1 },
      ],
    },
    {
      name: "slope",
      lower: Number.NEGATIVE_INFINITY,
      upper: 6,
      terms: [
        { column: 0, coefficient: 1 },
        { column: 1, coefficient: 3 },
      ],
    },
  ],
};
const TINY_OPTIMUM = -11;

/** Whether a solver loads and solves a MILP whose optimum is known, and how long that takes. */
export async function checkSolver(
  start: (name: SolverName) => Promise<MilpBackend>,
  name: SolverName,
): Promise<Omit<DoctorFinding, "name">> {
  const startedMilliseconds = performance.now();
  const backend = await start(name);
  try {
    const outcome = await backend.solve(TINY);
    const seconds = (performance.now() - startedMilliseconds) / 1000;
    if (outcome.status === "optimal" && Math.abs(outcome.objective - TINY_OPTIMUM) < 1e-9) {
      return { level: "ok", message: `loaded and solved a small MILP in ${seconds.toFixed(2)} s` };
    }
    if (outcome.status === "failed" && lacksMemory(outcome.reason)) {
      return { level: "fail", message: `${TOO_LITTLE_MEMORY.problem} ${TOO_LITTLE_MEMORY.hint}` };
    }
    const answer = "objective" in outcome ? ` with ${outcome.objective}` : "";
    const reason = outcome.status === "failed" ? `: ${outcome.reason}` : "";
    return {
      level: "fail",
      message: `a small MILP with the optimum ${TINY_OPTIMUM} ended ${outcome.status}${answer}${reason}`,
    };
  } finally {
    await backend.dispose();
  }
}
