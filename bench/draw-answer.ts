/**
 * Draws docs/images/answer.svg, the picture in the README: what the built program prints for the README's first `llm-placement` command,
 * with its colours, shortened where "…" stands. `npm run build && npx tsx bench/draw-answer.ts`
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const OUT = "docs/images/answer.svg";

/** The sections that are drawn, by the start of their title, with the number of lines that are kept of each. */
const KEPT: readonly (readonly [title: string, lines: number])[] = [
  ["Rent", 4],
  ["Stages", 6],
  ["Metrics", 7],
  ["Against", 6],
];

const FONT_PX = 14;
const LINE_PX = 18;
const COLUMN_PX = 8.4;
const MARGIN_PX = 16;

const COLOURS: Readonly<Record<string, string>> = {
  31: "#ff7b72",
  32: "#3fb950",
  33: "#d29922",
  34: "#58a6ff",
  35: "#d2a8ff",
  36: "#39c5cf",
};

interface Style {
  readonly colour: string | null;
  readonly bold: boolean;
  readonly dim: boolean;
}

/** The style after an SGR code, of those that the program uses. */
function styled(style: Style, code: string): Style {
  if (code === "0") return { colour: null, bold: false, dim: false };
  if (code === "1") return { ...style, bold: true };
  if (code === "2") return { ...style, dim: true };
  if (code === "22") return { ...style, bold: false, dim: false };
  if (code === "39") return { ...style, colour: null };
  return { ...style, colour: COLOURS[code] ?? style.colour };
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** The lines as SVG text. Each run of one style has its place and width in columns, so that tables align in any monospaced font. */
function drawn(lines: readonly string[]): string {
  let style = styled({ colour: null, bold: false, dim: false }, "0");
  const texts: string[] = [];
  for (const [row, line] of lines.entries()) {
    let column = 0;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: terminals' escape sequences start with one
    for (const [index, part] of line.split(/\u001b\[(\d+)m/).entries()) {
      if (index % 2 === 1) {
        style = styled(style, part);
        continue;
      }
      for (const word of part.matchAll(/\S+(?: \S+)*/g)) {
        texts.push(textAt(word[0], column + word.index, row, style));
      }
      column += part.length;
    }
  }
  return texts.join("\n");
}

function textAt(text: string, column: number, row: number, { colour, bold, dim }: Style): string {
  const x = (MARGIN_PX + column * COLUMN_PX).toFixed(1);
  const y = MARGIN_PX + FONT_PX + row * LINE_PX;
  const looks = [
    colour === null ? "" : ` fill="${colour}"`,
    bold ? ' font-weight="bold"' : "",
    dim ? ' opacity="0.6"' : "",
  ].join("");
  const width = (text.length * COLUMN_PX).toFixed(1);
  return `<text x="${x}" y="${y}" textLength="${width}" lengthAdjust="spacingAndGlyphs"${looks}>${escaped(text)}</text>`;
}

/** The lines that are kept of what the program prints. */
function shortened(output: string): string[] {
  const sections = output.trim().split("\n\n");
  return KEPT.flatMap(([title, kept], index) => {
    // A title may start with an escape sequence.
    const section = sections.find((one) => one.slice(0, 20).includes(title));
    if (!section) throw new Error(`The program prints no section "${title}".`);
    return [...(index === 0 ? [] : ["…"]), ...section.split("\n").slice(0, kept)];
  });
}

const [, command] =
  /\$ llm-placement (solve(?:.*\\\n)*.*)/.exec(readFileSync(`${ROOT}README.md`, "utf8")) ?? [];
if (command === undefined) throw new Error("README.md has no command that starts with solve.");
const output = execFileSync(
  process.execPath,
  ["dist/cli/main.js", "--color", ...command.replaceAll("\\\n", " ").trim().split(/\s+/)],
  { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
);

const lines = [...`$ llm-placement ${command}`.split("\n"), ...shortened(output), "…"];
const columns = Math.max(...lines.map((line) => stripVTControlCharacters(line).length));
const width = Math.ceil(columns * COLUMN_PX + 2 * MARGIN_PX);
const height = lines.length * LINE_PX + 2 * MARGIN_PX;
writeFileSync(
  ROOT + OUT,
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<title>What llm-placement solve prints</title>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<g fill="#e6edf3" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${FONT_PX}">
${drawn(lines)}
</g>
</svg>
`,
);
