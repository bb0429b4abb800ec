/** Catalogues of others that can be imported. */
export const IMPORT_SOURCES = ["skypilot", "vantage"] as const;
export type ImportSource = (typeof IMPORT_SOURCES)[number];
