import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { splitScript } from '../../../src/client/meta/split-script.js';
import { readScript } from '../../../src/client/shell/script-input.js';

async function* chunks(parts: readonly string[]): AsyncGenerator<string> {
  yield* parts;
}

async function read(parts: readonly string[]): Promise<string[]> {
  const texts: string[] = [];
  for await (const text of readScript(chunks(parts), 'It')) texts.push(text);
  return texts;
}

describe('readScript', () => {
  test('hands out statements as soon as they are whole', async () => {
    expect(await read(['select 1; sel', 'ect 2;\n.mode csv', '\nselect 3'])).toEqual([
      'select 1;',
      ' select 2;',
      '\n.mode csv\n',
      'select 3',
    ]);
  });

  test('cut anywhere, a script has the same parts', async () => {
    const script = fc
      .array(
        fc.constantFrom(
          'select 1;',
          "select ';';",
          '\n.mode csv\n',
          '-- c;\n',
          '/* ; */',
          '$$;$$',
          ';',
          ' ',
          "'",
          '\n.print it\n',
          'x',
          'a$$b',
          '\u00a0',
          '\u3000',
          "e'a'",
          '\n',
          "\n'\\';'",
          'é;',
        ),
        { maxLength: 12 },
      )
      .map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(script, fc.array(fc.nat(120), { maxLength: 5 }), async (text, cuts) => {
        const ends = [...cuts.map((cut) => Math.min(cut, text.length)), text.length].sort((a, b) => a - b);
        const pieces = ends.map((end, i) => text.slice(ends[i - 1] ?? 0, end));
        const texts = await read(pieces);
        expect(texts.join('')).toBe(text);
        expect(texts.flatMap((part) => [...splitScript(part)])).toEqual([...splitScript(text)]);
      }),
      { numRuns: 500 },
    );
  });

  test('a file in UTF-16 is no script, and nothing of it runs', async () => {
    const asUtf8 = Buffer.from('\ufeffselect 1;', 'utf16le').toString('utf8');
    await expect(read([asUtf8])).rejects.toThrow('It is no text in UTF-8: it is binary, or UTF-16');
  });

  test('a long statement in small chunks is read in linear time', async () => {
    const values = Array.from({ length: 20_000 }, (_, i) => `(${i}, 'value ${i}'),\n`);
    const texts = await read(['insert into t values ', ...values, '(0, null); select 1;']);
    expect(texts.at(-1)).toContain('select 1;');
    expect(texts.join('')).toHaveLength(
      'insert into t values '.length + values.join('').length + '(0, null); select 1;'.length,
    );
  });
});
