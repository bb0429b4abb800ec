// Run as a child process: writes a set of files, each with the same text, into a directory, and removes one.
import { writeFilesAtomic } from "../../src/files/write-atomic.ts";

const [directory, text, ...names] = process.argv.slice(2);
const files = new Map(names.map((name) => [name, text]));
writeFilesAtomic(directory, files, new Set([names[0]]), ["earlier.sh"]);
