import type { BenchCase } from "./case.ts";
import { catalogueCases } from "./catalogue-cases.ts";
import { foundingCases } from "./founding-cases.ts";
import { largeCases } from "./large-cases.ts";
import { mixedCases } from "./mixed-cases.ts";

/** All cases, in the order in which they are printed. Built on demand: they are of no use to any other command. */
export function benchCases(): BenchCase[] {
  return [...catalogueCases(), ...foundingCases(), ...largeCases(), ...mixedCases()];
}
