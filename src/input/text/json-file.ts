import type { JsonFile } from "../../huggingface/quantization-files.ts";
import { lineOfField } from "./json-structure.ts";
import { parseJson } from "./parse-json.ts";
import type { SourceText } from "./source-text.ts";

/**
 * A JSON file with the lines of its fields.
 * @throws InputError with line and column for what is no JSON
 */
export function jsonFile({ text, fileName }: SourceText): JsonFile {
  return {
    value: parseJson(text, fileName),
    placeOf: (path) => {
      const line = path.length === 0 ? null : lineOfField(text, path);
      const place = line === null ? fileName : `${fileName}:${line}`;
      return path.length === 0 ? place : `${place}, ${path.join(".")}`;
    },
  };
}
