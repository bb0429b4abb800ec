/** A table; `npm run format` lays it out. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** A chapter with the command that measured it. */
export function section(title: string, command: string, ...blocks: readonly string[]): string {
  return [`## ${title}`, `\`\`\`console\n$ ${command}\n\`\`\``, ...blocks].join("\n\n");
}

/** What a command printed, as it stands. */
export function fenced(text: string): string {
  return `\`\`\`text\n${text.trimEnd()}\n\`\`\``;
}

/** Seconds with two digits behind the point. */
export function seconds(value: number): string {
  return value.toFixed(2);
}
