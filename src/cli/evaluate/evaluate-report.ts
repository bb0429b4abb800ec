/** What `evaluate` loads only when it prints a report. */
export { createColours } from "../../report/colours.ts";
export { renderEvaluation, renderNoPlacement } from "../../report/terminal-evaluation.ts";
