/** House rules that a look at the text of one file can decide. Each returns sentences, none when all is well. */
import type { SourceFile } from './source.js';
import { blankComments, blankLiterals } from './source.js';

/** A file is one idea; generated code is exempt. */
export function findLongFiles(files: readonly SourceFile[], linesMax = 400): string[] {
  return files
    .filter(({ path }) => !isGenerated(path))
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > linesMax)
    .map(({ path, lines }) => `${path} has ${lines} lines; ${linesMax} is the limit`);
}

/**
 * The environment is read where flags and configuration are read, the variables of OpenSSL where its stores are, and for
 * programs that ask for a stored login, where those are.
 */
export function findEnvironmentReads(files: readonly SourceFile[]): string[] {
  return files
    .filter(
      ({ path }) =>
        !/^(cli\/|server\/config\/|client\/connect\/system-roots\.ts$|client\/credentials\/login-options\.ts$)/.test(
          path,
        ),
    )
    .filter(({ text }) =>
      /\bprocess\s*(\.\s*env\b|\[\s*['"]env)|\{[^}]*\benv\b[^}]*\}\s*=\s*process\b/.test(blankComments(text)),
    )
    .map(({ path }) => `${path} reads process.env; only cli and server/config may`);
}

/**
 * Words that promise work instead of doing it, checks switched off, chance where secrets are made, and output past
 * the renderers. An empty catch and a double cast pass with a comment that gives the reason.
 */
export function findForbiddenWords(files: readonly SourceFile[]): string[] {
  const words: readonly [RegExp, string][] = [
    [/\b(TODO|FIXME|XXX|HACK)\b/, 'unfinished work'],
    [/\bfor now\b|\bnot (yet )?implemented\b(?!\)? Error)/i, 'unfinished work'],
    [/\bcatch\s*(\([^)]*\))?\s*\{\s*\}/, 'a catch that says nothing'],
    [/@ts-(ignore|nocheck|expect-error)|biome-ignore/, 'a check switched off'],
    [/\bas any\b|:\s*any\b|(?<!^[^\n]*(\/\/|\*)[^\n]*\n[^\n]*)\bas unknown as\b/m, 'a type switched off'],
  ];
  const calls: readonly [RegExp, string][] = [
    [/\bMath\s*\.\s*random\b/, 'predictable chance'],
    [/\bconsole\s*\./, 'console output'],
  ];
  return files
    .filter(({ path }) => !isGenerated(path))
    .flatMap(({ path, text }) => [
      ...words.filter(([pattern]) => pattern.test(text)).map(([, what]) => `${path}: ${what}`),
      ...calls.filter(([pattern]) => pattern.test(blankLiterals(text))).map(([, what]) => `${path}: ${what}`),
    ]);
}

/**
 * Exported functions, classes and values say what they are for; types speak by their members. The doc at the
 * head of a file serves its first function, class or value too, and a command documents itself by `static description`.
 */
export function findUndocumentedExports(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path }) => !isGenerated(path))
    .flatMap(({ path, text }) => {
      const lines = text.split('\n');
      const names = lines.map((line) => EXPORT.exec(line)?.[1]);
      // Of overloads the first carries the doc.
      const [main, ...others] = names.flatMap((name, index) =>
        name !== undefined && names.indexOf(name) === index ? [index] : [],
      );
      const isDocumented = (index: number) => (lines[index - 1] ?? '').trimEnd().endsWith('*/');
      const headed =
        /^\s*\/\*\*|^import [^;]*;\s*\/\*\*/.test(text) ||
        /static (override )?(readonly )?description\b/.test(text);
      const suspects = main === undefined || headed ? others : [main, ...others];
      return suspects
        .filter((index) => !isDocumented(index))
        .map((index) => `${path}:${index + 1} is exported without a docstring`);
    });
}

const EXPORT = /^export (?:default )?(?:abstract )?(?:async )?(?:function\*?|class|const|let)\s+(\w+)/;

/** kebab-case, so that a file's name is its main export's. */
export function findOddNames(files: readonly SourceFile[]): string[] {
  return files
    .filter(
      ({ path }) =>
        !isGenerated(path) && !/^([a-z0-9]+(-[a-z0-9]+)*\/)*[a-z0-9]+(-[a-z0-9]+)*\.ts$/.test(path),
    )
    .map(({ path }) => `${path} is not kebab-case`);
}

function isGenerated(path: string): boolean {
  return path.startsWith('flight/gen/');
}
