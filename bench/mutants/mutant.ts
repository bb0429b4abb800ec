/** One deliberate fault: a single edit of one file, and the tests that have to notice it. */
export interface Mutant {
  /** What is wrong with the program then, in a few words; no two of a file alike. */
  readonly name: string;
  /** From the root of the project. */
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  /** Files or folders of tests, of which one has to fail; the likeliest first. */
  readonly tests: readonly string[];
  /** Why no test can tell the edit from the original; such a fault is listed and not run. */
  readonly equivalent?: string;
}

/** Faults of one file, killed by the same tests unless they name their own. */
export function mutantsOf(
  file: string,
  tests: readonly string[],
  edits: readonly (Omit<Mutant, "file" | "tests"> & { readonly tests?: readonly string[] })[],
): Mutant[] {
  return edits.map((edit) => ({ tests, ...edit, file }));
}

/** Why a fault can no longer be put into a text; null when it can. */
export function misplaced({ file, find, replace }: Mutant, text: string): string | null {
  const times = text.split(find).length - 1;
  if (times !== 1) {
    return `${file} has ${times === 0 ? "no longer" : `${times} times`} ${JSON.stringify(find)}: write the fault anew, or drop it with what it was about.`;
  }
  return find === replace ? `${file}: the edit changes nothing.` : null;
}

/** The text with the fault in it. */
export function mutated({ find, replace }: Mutant, text: string): string {
  // A function, so that a $ in the replacement stands for itself.
  return text.replace(find, () => replace);
}
