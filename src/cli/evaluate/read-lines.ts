import { createReadStream, statSync } from "node:fs";
import { InputError } from "../../errors.ts";
import { fileError, isMissing } from "../../files/file-error.ts";

/** A line of a file, numbered from 1: its text, or why it has none. */
export type Line = { readonly number: number } & (
  | { readonly text: string }
  | { readonly problem: string }
);

const LINE_FEED = 0x0a;
/** A longer line is no placement; it would only fill the memory. */
const MOST_LINE_BYTES = 1 << 26;

/**
 * Reads a file line by line, however large it is. Lines end at line feeds only, since JSON text may hold the other characters
 * that some readers break lines at; empty lines at the end of the file are none.
 * @throws InputError when the file cannot be read or a line is too long to be held.
 */
export async function* readLines(path: string): AsyncGenerator<Line> {
  checkFile(path);
  let rest: Buffer[] = [];
  let restBytes = 0;
  let number = 0;
  let emptyLines = 0;
  const finish = function* (bytes: Buffer): Generator<Line> {
    number++;
    const line = decodeLine(bytes, number);
    if ("text" in line && line.text.trim() === "") {
      emptyLines++;
      return;
    }
    for (; emptyLines > 0; emptyLines--) yield { number: number - emptyLines, text: "" };
    yield line;
  };
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      let start = 0;
      for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
        yield* finish(Buffer.concat([...rest, chunk.subarray(start, end)]));
        rest = [];
        restBytes = 0;
        start = end + 1;
      }
      rest.push(chunk.subarray(start));
      restBytes += chunk.length - start;
      if (restBytes > MOST_LINE_BYTES) {
        throw new InputError(
          `${path}:${number + 1}`,
          `the line is longer than ${MOST_LINE_BYTES / 2 ** 20} MiB.`,
          "Give one placement per line.",
        );
      }
    }
  } catch (error) {
    throw fileError(path, "read", error);
  }
  if (restBytes > 0) yield* finish(Buffer.concat(rest));
}

function checkFile(path: string): void {
  try {
    if (!statSync(path).isDirectory()) return;
  } catch (error) {
    if (isMissing(error)) throw new InputError(path, "there is no such file.", "Check the path.");
    throw fileError(path, "read", error);
  }
  throw new InputError(path, "it is a directory, not a file.", "Give the path of a file.");
}

/** The decoder drops a byte order mark, which only the first line can have. */
function decodeLine(bytes: Buffer, number: number): Line {
  try {
    return { number, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return { number, problem: "it is not UTF-8 text." };
  }
}
