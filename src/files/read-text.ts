import { channel } from "node:diagnostics_channel";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { InputError } from "../errors.ts";
import { fileError, isMissing } from "./file-error.ts";

/** The diagnostics channel that is told of every file read, as a FileRead. */
export const READS_CHANNEL = "llm-placement:read";

/** A file that was read whole. */
export interface FileRead {
  readonly path: string;
  readonly bytes: number;
}

/** A larger file is none of ours; a device that never ends is none either. Texts in JavaScript end at twice as much. */
const MOST_BYTES = 256 * 2 ** 20;
/** Where the size is not known. */
const CHUNK_BYTES = 2 ** 20;

const reads = channel(READS_CHANNEL);

/**
 * Reads a text file as UTF-8; a byte order mark is dropped.
 * @throws InputError for a file that is missing, a directory, not readable, longer than 256 MiB or not text.
 */
export function readText(path: string): string {
  let bytes: Uint8Array;
  try {
    bytes = readBytes(path);
  } catch (error) {
    if (isMissing(error)) {
      throw new InputError(path, "there is no such file.", "Check the path.");
    }
    if (error instanceof Error && "code" in error && error.code === "EISDIR") {
      throw new InputError(path, "it is a directory, not a file.", "Give the path of a file.");
    }
    throw fileError(path, "read", error);
  }
  if (reads.hasSubscribers) reads.publish({ path, bytes: bytes.length } satisfies FileRead);
  return decode(bytes, path);
}

/** All bytes of a file, pipe or device, up to the most that are read. */
function readBytes(path: string): Uint8Array {
  const file = openSync(path, "r");
  try {
    // One more than a file has, so that its end is met without more room; pipes and devices say 0.
    const expected = fstatSync(file).size || CHUNK_BYTES;
    let bytes = Buffer.allocUnsafe(Math.min(expected, MOST_BYTES) + 1);
    for (let total = 0; ; ) {
      if (total === bytes.length) bytes = Buffer.concat([bytes], 2 * total);
      const count = readSync(file, bytes, total, bytes.length - total, null);
      if (count === 0) return bytes.subarray(0, total);
      total += count;
      if (total <= MOST_BYTES) continue;
      throw new InputError(
        path,
        `it is longer than ${MOST_BYTES / 2 ** 20} MiB.`,
        "Check the path, or give the file in parts.",
      );
    }
  } finally {
    closeSync(file);
  }
}

function decode(bytes: Uint8Array, path: string): string {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new InputError(path, "it is UTF-16 text.", "Save it as UTF-8.");
  }
  const nul = bytes.indexOf(0);
  if (nul >= 0) {
    throw new InputError(
      `${path}:${lineOf(bytes, nul)}`,
      "there is a NUL byte: the file is binary.",
      "Give a text file in UTF-8.",
    );
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new InputError(
      `${path}:${lineOf(bytes, firstInvalid(bytes))}`,
      "it is not UTF-8 text.",
      "Save it as UTF-8.",
    );
  }
}

/** Where decoding with replacement characters leaves the bytes behind: just before the first sequence that is not UTF-8. */
function firstInvalid(bytes: Uint8Array): number {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const again = new TextEncoder().encode(text);
  const offset = again.findIndex((byte, index) => byte !== bytes[index]);
  return offset < 0 ? bytes.length : offset;
}

/** The line, from 1, on which a byte stands. */
function lineOf(bytes: Uint8Array, offset: number): number {
  return bytes.subarray(0, offset).reduce((line, byte) => line + (byte === 0x0a ? 1 : 0), 1);
}
