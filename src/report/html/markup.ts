/** Text that is HTML already. Everything else is text and is escaped where it is put into HTML. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/** What may stand in a template: texts are escaped, lists are joined, null stands for nothing. */
export type Content = Markup | string | number | null | readonly Content[];

/** A template whose values are escaped, in elements and in quoted attributes alike. */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  let text = parts[0]!;
  for (const [index, value] of values.entries()) text += contentText(value) + parts[index + 1]!;
  return new Markup(text);
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** A text as HTML shows it: no character of it is markup, and none is invisible or turns the direction of others. */
export function escapeHtml(text: string): string {
  return text
    .replace(/[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}]/gu, "\uFFFD")
    .replace(/[&<>"']/g, (character) => ESCAPES[character]!);
}

/** JSON as the content of a script element: nothing in it can end the element, and it parses to the same value. */
export function scriptJson(value: unknown): Markup {
  const text = JSON.stringify(value, null, 1);
  return new Markup(
    text.replace(
      /[<>&\u2028\u2029]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
    ),
  );
}

function contentText(value: Content): string {
  if (value === null) return "";
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(contentText).join("");
  return escapeHtml(String(value));
}
