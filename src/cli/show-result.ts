/** How commands show what they answer: as text for people, or as JSON. */
import { harmless, writeWarning } from './report-error.js';

/** Prints a result on standard output: JSON, or what `text` makes of it. Names in certificates command no terminal. */
export function showResult<Result extends object>(
  line: { isOn(name: 'json'): boolean | undefined },
  result: Result,
  text: (result: Result) => string,
): void {
  const output = line.isOn('json') === true ? toJson(result) : harmless(text(result));
  process.stdout.write(`${output.trimEnd()}\n`);
}

/** JSON leaves C1 controls and marks of direction as they are. */
function toJson(result: object): string {
  return JSON.stringify(result, undefined, 2).replace(
    /[\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** On standard error, so that standard output holds the result only. */
export function showWarnings(warnings: readonly string[]): void {
  for (const warning of warnings) writeWarning(warning);
}

/** Rows of `label  value`, the values below each other. */
export function alignRows(rows: readonly (readonly [string, string])[], indent = '  '): string {
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows.map(([label, value]) => `${indent}${label.padEnd(width)}  ${value}`).join('\n');
}

/** A date for people. */
export function formatDate(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ').concat(' UTC');
}
