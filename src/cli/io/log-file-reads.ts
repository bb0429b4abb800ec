import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { type FileRead, READS_CHANNEL } from "../../files/read-text.ts";
import { count, visible } from "../../report/format.ts";
import type { CliIo } from "./io.ts";

/** Says on stderr which files are read and how large they are, until the returned function is called. */
export function tellReads({ stderr }: CliIo): () => void {
  const told = new Set<string>();
  const tell = (message: unknown): void => {
    const { path, bytes } = message as FileRead;
    if (told.has(path)) return;
    told.add(path);
    void stderr.write(`read ${visible(path)}: ${count(bytes)} bytes\n`);
  };
  subscribe(READS_CHANNEL, tell);
  return () => unsubscribe(READS_CHANNEL, tell);
}
