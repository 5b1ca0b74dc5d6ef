/** Names and texts as SQL has them, whatever is in them. */

/** One name, or those of a path, such as `"sales"."main"."t"`; always quoted, so that keywords need no list. */
export function quoteName(...names: readonly string[]): string {
  return names.map((name) => `"${name.replaceAll('"', '""')}"`).join('.');
}

/** A text between single quotes. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
