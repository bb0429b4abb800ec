// Run as a child process: writes a set of files, each with the same text, into a directory.
import { writeFilesAtomic } from "../../src/files/write-atomic.ts";

const [directory, text, ...names] = process.argv.slice(2);
writeFilesAtomic(directory, new Map(names.map((name) => [name, text])), new Set([names[0]]));
