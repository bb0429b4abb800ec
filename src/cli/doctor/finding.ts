/** How a check of the machine went: fail is what the program cannot do without. */
export type Level = "ok" | "warn" | "fail";

/** What a check found. */
export interface DoctorFinding {
  readonly name: string;
  readonly level: Level;
  readonly message: string;
}

/** Runs a check; whatever it throws is what it found. */
export async function finding(
  name: string,
  check: () => Promise<Omit<DoctorFinding, "name">> | Omit<DoctorFinding, "name">,
): Promise<DoctorFinding> {
  try {
    return { name, ...(await check()) };
  } catch (error) {
    return { name, level: "fail", message: error instanceof Error ? error.message : String(error) };
  }
}
