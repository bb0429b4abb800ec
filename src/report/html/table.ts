import type { Column, TextTable } from "../layout.ts";
import { type Content, html, type Markup } from "./markup.ts";

/** A cell; `sortBy` is what its column is sorted by where its text is not. */
export type Cell = string | { readonly content: Content; readonly sortBy?: number | string | null };

/** A row; points of plots lead to it by its id. */
export interface Row {
  readonly id?: string;
  readonly isMarked?: boolean;
  /** Values that filters look at, by name. */
  readonly facets?: Readonly<Record<string, string>>;
  readonly cells: readonly Cell[];
}

/** A table for people and for scripts of the page. */
export interface Table {
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  readonly isSortable?: boolean;
  /** Does not grow over a part of a screen. */
  readonly isLong?: boolean;
}

/** A table that scrolls inside its own box where it is too wide. The first cell of a row is its head. */
export function tableMarkup({ caption, columns, rows, isSortable, isLong }: Table): Markup {
  const heads = columns.map(
    (column) =>
      html`<th scope="col"${columnClass(column)}>${column.head === "" ? html`<span class="hidden">item</span>` : column.head}</th>`,
  );
  return html`<div class="scroll${isLong ? " long" : ""}" role="region" aria-label="${caption}" tabindex="0"><table${isSortable ? html` data-sortable` : null}>
<caption>${caption}</caption>
<thead><tr>${heads}</tr></thead>
<tbody>
${rows.map((row) => rowMarkup(row, columns))}</tbody></table></div>
`;
}

/** A table of texts, as the terminal shows it too. */
export function textTable(caption: string, { columns, rows }: TextTable): Markup {
  return tableMarkup({ caption, columns, rows: rows.map((cells) => ({ cells })) });
}

function rowMarkup({ id, isMarked, facets = {}, cells }: Row, columns: readonly Column[]): Markup {
  const attributes = [
    id === undefined ? null : html` id="${id}"`,
    isMarked ? html` class="marked"` : null,
    ...Object.entries(facets).map(([name, value]) => html` data-${name}="${value}"`),
  ];
  return html`<tr${attributes}>${cells.map((cell, index) => cellMarkup(cell, index === 0, columns[index]!))}</tr>
`;
}

function cellMarkup(cell: Cell, isHead: boolean, column: Column): Markup {
  const { content, sortBy = null } = typeof cell === "string" ? { content: cell } : cell;
  const value = sortBy === null ? null : html` data-value="${sortBy}"`;
  return isHead
    ? html`<th scope="row"${columnClass(column)}${value}>${content}</th>`
    : html`<td${columnClass(column, content)}${value}>${content}</td>`;
}

/** Longer texts get a column that is wider than what is left of the page. */
const LONG_TEXT = 90;

/** Numbers stand right; texts that may be long break over lines. */
function columnClass({ align, flexible }: Column, content: Content = ""): Markup | null {
  if (align === "right") return html` class="number"`;
  if (!flexible) return null;
  const isLong = typeof content === "string" && content.length > LONG_TEXT;
  return isLong ? html` class="flow far"` : html` class="flow"`;
}
