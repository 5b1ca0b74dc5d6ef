/** Reads sources as text and finds what they import; TypeScript's own parser has no JavaScript interface in version 7. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { ROOT } from '../support/root.js';

/** One file under src/, its path relative to src/ with forward slashes. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

export interface Import {
  readonly specifier: string;
  /** `type` is erased by the compiler, `dynamic` is loaded when it is reached. */
  readonly kind: 'static' | 'type' | 'dynamic';
  /** Path of the imported source relative to src/, for relative specifiers. */
  readonly target: string | undefined;
}

/** Every .ts file under `folder` of the repository (default src), sorted by path. */
export function readSources(folder = 'src'): SourceFile[] {
  const base = join(ROOT, folder);
  return readdirSync(base, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => ({ path: relative(base, file).split(sep).join('/'), text: readFileSync(file, 'utf8') }));
}

/** What a file imports, in any form: import, export from, import(), typeof import(), require(). */
export function importsOf(file: SourceFile): Import[] {
  const code = blankComments(file.text);
  const found: Import[] = [];
  const add = (specifier: string, kind: Import['kind']) =>
    found.push({ specifier, kind, target: resolveTarget(file.path, specifier) });
  for (const [, clause = '', specifier = ''] of code.matchAll(
    /^\s*(?:import|export)\b([^;'"()]*?)\bfrom\s*['"]([^'"\n]+)['"]/gm,
  ))
    add(specifier, /^\s*type\b/.test(clause) ? 'type' : 'static');
  for (const [, specifier = ''] of code.matchAll(/^\s*import\s*['"]([^'"\n]+)['"]/gm))
    add(specifier, 'static');
  for (const [, before, specifier = ''] of code.matchAll(
    /(\btypeof\s+|\btype\s+\w+\s*=\s*|[:<|&]\s*)?\b(?:import|require)\s*\(\s*['"]([^'"\n]+)['"]/g,
  ))
    add(specifier, before === undefined ? 'dynamic' : 'type');
  return found;
}

/** The text with comments, templates and regular expressions replaced by spaces; strings and line ends stay. */
export function blankComments(text: string): string {
  return blank(text, false);
}

/** As {@link blankComments}, and strings are blanked too: only code is left. */
export function blankLiterals(text: string): string {
  return blank(text, true);
}

function blank(text: string, strings: boolean): string {
  const token =
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`|(?<=[(,=:[!&|?{};+*%~^<>-]\s*|\breturn\s+|^\s*)\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/gm;
  return text.replace(token, (match) => {
    if (!strings && (match[0] === "'" || match[0] === '"')) return match;
    return match.replace(/[^\n]/g, ' ');
  });
}

function resolveTarget(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts');
}
