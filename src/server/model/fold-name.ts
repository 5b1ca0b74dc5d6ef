/**
 * A name as DuckDB compares it: the letters A to Z without their case, and nothing else. JavaScript's own folding
 * would make names alike that DuckDB tells apart, such as the Kelvin sign and k.
 */
export function foldName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
