import { describe, expect, it } from 'vitest';
import { askingOnce } from '../../../../../src/server/engine/duckdb/facts/asking-once.js';

function counting() {
  const asked: string[][] = [];
  const core = {
    readTexts: async (...question: string[]) => {
      asked.push(question);
      return [question.join(' ').slice(0, 100)];
    },
  };
  return { asked, once: askingOnce(core) };
}

describe('a text that names the same thing over and over', () => {
  it('asks DuckDB about it once, and about each other thing', async () => {
    const { asked, once } = counting();
    for (let at = 0; at < 10; at += 1) {
      expect(await once.readTexts('select $1', 'a')).toEqual(['select $1 a']);
      expect(await once.readTexts('select $1', 'b')).toEqual(['select $1 b']);
    }
    expect(await once.readTexts('select $1 a')).toEqual(['select $1 a']);
    expect(asked).toHaveLength(3);
  });

  it('keeps no answer to what is long', async () => {
    const { asked, once } = counting();
    for (let at = 0; at < 2; at += 1) await once.readTexts('select $1', 'x'.repeat(100_000));
    expect(asked).toHaveLength(2);
  });
});
