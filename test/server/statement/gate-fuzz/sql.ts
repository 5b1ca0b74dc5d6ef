/** Small words for writing a grammar: arbitrary texts out of arbitrary texts. */
import fc from 'fast-check';

export type Sql = fc.Arbitrary<string>;

/** A template whose parts are texts or arbitrary texts. */
export function sql(texts: TemplateStringsArray, ...parts: readonly (Sql | string)[]): Sql {
  return fc
    .tuple(...parts.map((it) => (typeof it === 'string' ? fc.constant(it) : it)))
    .map((values) => texts.reduce((all, text, index) => `${all}${text}${values[index] ?? ''}`, ''));
}

/** One of these, separated by `|`. */
export function word(words: string): Sql {
  return fc.constantFrom(...words.split('|'));
}

/** One to `max`, with `between` in between. */
export function some(item: Sql, max = 3, between = ', '): Sql {
  return fc.array(item, { minLength: 1, maxLength: max }).map((items) => items.join(between));
}

/** Half of the time nothing. */
export function maybe(item: Sql): Sql {
  return fc.oneof(fc.constant(''), item);
}

/** A text as a literal of SQL, spelled in one of the ways that DuckDB has. */
export function quoted(text: Sql): Sql {
  return fc
    .tuple(text, fc.integer({ min: 0, max: 5 }))
    .map(([value, how]) =>
      how === 0 && !value.includes('$') ? `$$${value}$$` : `'${value.replaceAll("'", "''")}'`,
    );
}
