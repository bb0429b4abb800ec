import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Any import or export from a module of the project: of values or types, static or dynamic, or as the file of a worker. */
const SPECIFIER = /(?:\bfrom\s*|^import\s*|\bimport\(\s*|\bnew URL\(\s*)"(\.[^"]+\.ts)"/gm;

/** The first column of the tables of rooms in docs/architecture.md, where each room stands below those that follow. */
function readRooms(document: string): string[] {
  const section = document.split(/^## /m).find((text) => text.startsWith("Rooms\n"))!;
  const [all = "", ...details] = section.split(/^Inside `(?=[\w-]+\/`, from the bottom up:)/m);
  const inside = new Map(
    details.map((text) => [text.split("`", 1)[0]!, rowsOf(text.slice(text.indexOf("\n")))]),
  );
  return rowsOf(all).flatMap((room) => inside.get(room)?.map((part) => room + part) ?? [room]);
}

/** The names in the first column of the first table of a text. */
function rowsOf(text: string): string[] {
  const table = /(?:^\|.*\n)+/m.exec(text)?.[0] ?? "";
  return [...table.matchAll(/^\| `([^`]+)`/gm)].map(([, name = ""]) => name);
}

interface Import {
  readonly from: string;
  readonly to: string;
}

function importsOf(from: string): Import[] {
  const source = readFileSync(join(ROOT, "src", from), "utf8");
  return [...source.matchAll(SPECIFIER)].map(([, specifier = ""]) => ({
    from,
    to: normalize(join(dirname(from), specifier)),
  }));
}

/** How high the room of a file stands; -1 when it is in none. */
function heightOf(file: string, rooms: readonly string[]): number {
  return rooms.findIndex((room) => file === room || (room.endsWith("/") && file.startsWith(room)));
}

const rooms = readRooms(readFileSync(join(ROOT, "docs/architecture.md"), "utf8"));
const files = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" }).filter((path) =>
  path.endsWith(".ts"),
);
const imports = files.flatMap(importsOf);

describe("the rooms of docs/architecture.md", () => {
  it("are there, and hold every file of src/", () => {
    expect(rooms.filter((room) => !existsSync(join(ROOT, "src", room)))).toEqual([]);
    expect(files.filter((file) => heightOf(file, rooms) < 0)).toEqual([]);
  });

  it("import from their own room or from lower ones", () => {
    expect(imports.length).toBeGreaterThan(files.length);
    expect(imports.filter(({ to }) => !files.includes(to))).toEqual([]);
    const upwards = imports.filter(({ from, to }) => heightOf(from, rooms) < heightOf(to, rooms));
    expect(upwards.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  it("are read from the document: an import upwards is found", () => {
    expect(rooms).toContain("input/text/");
    expect(heightOf("errors.ts", rooms)).toBe(0);
    expect(heightOf("input/text/csv.ts", rooms)).toBeLessThan(heightOf("input/pool/a.ts", rooms));
    expect(heightOf("solver/solve.ts", rooms)).toBeLessThan(heightOf("cli/main.ts", rooms));
  });
});
