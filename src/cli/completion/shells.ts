import { Argument } from "commander";
import { InputError } from "../../errors.ts";
import { nearestHint } from "../../nearest.ts";

/** Shells that completion scripts are written for. */
const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** The argument that names a shell. */
export function shellArgument(): Argument {
  return new Argument("<shell>", SHELLS.join(", ")).choices(SHELLS).argParser((text: string) => {
    const shell = SHELLS.find((known) => known === text);
    if (shell) return shell;
    throw new InputError(
      "<shell>",
      `"${text}" is not a supported shell.`,
      nearestHint(text, SHELLS),
    );
  });
}
