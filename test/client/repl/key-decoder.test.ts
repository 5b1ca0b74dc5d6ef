import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Key, KeyDecoder } from '../../../src/client/repl/key-decoder.js';

function decode(...chunks: (string | Uint8Array)[]): Key[] {
  const decoder = new KeyDecoder();
  const keys = chunks.flatMap((chunk) =>
    decoder.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk),
  );
  return [...keys, ...decoder.flush()];
}

const chord = (name: string): Key => ({ kind: 'chord', chord: name });
const text = (value: string): Key => ({ kind: 'text', text: value });

describe('KeyDecoder', () => {
  it.each([
    ['\r', 'enter'],
    ['\n', 'C-j'],
    ['\t', 'tab'],
    ['\x7f', 'backspace'],
    ['\x01', 'C-a'],
    ['\x1f', 'C-_'],
    ['\0', 'C-space'],
    ['\x1b[A', 'up'],
    ['\x1bOA', 'up'],
    ['\x1b[1;5D', 'C-left'],
    ['\x1b[1;3C', 'M-right'],
    ['\x1b[1;8H', 'C-M-S-home'],
    ['\x1b[3~', 'delete'],
    ['\x1b[3;5~', 'C-delete'],
    ['\x1b[Z', 'S-tab'],
    ['\x1bOM', 'enter'],
    ['\x1bb', 'M-b'],
    ['\x1bü', 'M-ü'],
    ['\x1b\x7f', 'M-backspace'],
    ['\x1b\r', 'M-enter'],
    ['\x1b\x02', 'C-M-b'],
    ['\x1b\x1b[A', 'M-up'],
    ['\x1b[13;2u', 'S-enter'],
    ['\x1b[97;5u', 'C-a'],
    ['\x1b', 'escape'],
  ])('reads %j as %s', (bytes, name) => {
    expect(decode(bytes)).toEqual([chord(name)]);
  });

  it.each(['\x1b[I', '\x1b[O', '\x1b[<0;10;20M', '\x1b[?1;2c', '\x1b[12;40R\x1b[99~'])(
    'presses no text for %j, which no key sends',
    (bytes) => {
      expect(decode(bytes).filter((key) => key.kind !== 'chord')).toEqual([]);
    },
  );

  it('reads two Escape presses as two', () => {
    expect(decode('\x1b\x1b', 'a')).toEqual([chord('escape'), chord('M-a')]);
  });

  it('takes a paste whole, with controls, line ends as one newline, and nothing pressed', () => {
    expect(decode('a\x1b[200~select 1;\r\n\x1b[A\tx\x1b[201~b')).toEqual([
      text('a'),
      { kind: 'paste', text: 'select 1;\n\x1b[A\tx' },
      text('b'),
    ]);
  });

  it('keeps a paste open over a flush', () => {
    const decoder = new KeyDecoder();
    decoder.push(Buffer.from('\x1b[200~one\x1b[20'));
    expect(decoder.flush()).toEqual([]);
    expect(decoder.push(Buffer.from('1~'))).toEqual([{ kind: 'paste', text: 'one' }]);
  });

  it('drops a sequence without end instead of keeping it for ever', () => {
    const decoder = new KeyDecoder();
    expect(decoder.push(Buffer.from(`\x1b[${'1'.repeat(100)}`))).toEqual([]);
    expect(decoder.pending).toBe(false);
  });

  it('gives the same keys however the bytes are cut', () => {
    const piece = fc.constantFrom(
      'select ',
      '東京',
      '👩‍👩‍👧',
      '\r',
      '\x1b[A',
      '\x1b[1;5C',
      '\x1bOH',
      '\x1bb',
      '\x03',
      '\x1b[200~x\x1b[201;\ry\x1b[201~',
    );
    fc.assert(
      fc.property(fc.array(piece), fc.array(fc.nat(80)), (pieces, cuts) => {
        const bytes = Buffer.from(pieces.join(''));
        const points = [...new Set([0, ...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length])];
        points.sort((a, b) => a - b);
        const chunks = points.slice(1).map((point, index) => bytes.subarray(points[index], point));
        expect(joinText(decode(...chunks))).toEqual(joinText(decode(bytes)));
      }),
    );
  });

  it('survives any bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 12 })), (chunks) => {
        for (const key of decode(...chunks))
          if (key.kind === 'text') expect(key.text).not.toMatch(/[\0-\x1f\x7f]/);
      }),
    );
  });
});

function joinText(keys: readonly Key[]): Key[] {
  const joined: Key[] = [];
  for (const key of keys) {
    const last = joined.at(-1);
    if (key.kind === 'text' && last?.kind === 'text') joined[joined.length - 1] = text(last.text + key.text);
    else joined.push(key);
  }
  return joined;
}
