/** What `evaluate` loads only when it prints a report. */
export { createPaint } from "../../report/paint.ts";
export { renderEvaluation, renderNoPlacement } from "../../report/terminal-evaluation.ts";
