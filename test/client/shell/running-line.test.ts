import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RunningLine } from '../../../src/client/shell/running-line.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function terminal(isTTY: boolean) {
  const written: string[] = [];
  const stream = { isTTY, columns: 30, write: (text: string | Uint8Array) => written.push(String(text)) > 0 };
  const running = new RunningLine(stream, () => Date.now());
  const later = (ms: number) => void vi.advanceTimersByTime(ms);
  const sink = { write: async (chunk: string | Uint8Array) => void written.push(String(chunk)) };
  const statement = (ms: number) => {
    later(ms);
    running.statementDone();
  };
  return { written, running, later, sink, statement };
}

test('a long script says how far it is, seldom, and wipes the line before anything else', async () => {
  const { written, running, statement, ...it } = terminal(true);
  const sink = running.beforeResults(it.sink);
  for (let i = 0; i < 1999; i++) statement(1);
  expect(written).toEqual([]);
  statement(1);
  statement(1);
  expect(written).toEqual(['\r\x1b[K2,000 statements done …']);
  await sink.write('a row\n');
  await sink.write('another\n');
  expect(written.slice(1)).toEqual(['\r\x1b[K', 'a row\n', 'another\n']);
  statement(300);
  running.close();
  running.close();
  expect(written.slice(4)).toEqual(['\r\x1b[K2,002 statements done …', '\r\x1b[K']);
});

test('a long statement says for how long it has run, and what has come, until it ends', () => {
  const { written, running, later } = terminal(true);
  running.begin();
  later(1999);
  expect(written).toEqual([]);
  later(251);
  running.received(2048);
  later(750);
  expect(written[0]).toBe('\r\x1b[K2 s …');
  expect(written.at(-1)).toBe('\r\x1b[K2,048 rows, 3 s …');
  running.end();
  expect(written.at(-1)).toBe('\r\x1b[K');
  const { length } = written;
  later(10_000);
  expect(written).toHaveLength(length);
  running.close();
});

test('a line never covers results, nor is it wider than the terminal', async () => {
  const { written, running, later, sink } = terminal(true);
  running.statementDone();
  running.begin();
  running.received(123_456_789);
  later(3000);
  expect(written.at(-1)).toBe('\r\x1b[K1 statement done, 123,456,789');
  await running.beforeResults(sink).write('half a li');
  later(3000);
  expect(written.at(-1)).toBe('half a li');
  running.begin();
  later(2500);
  expect(written.at(-1)).toBe('\r\x1b[K1 statement done, 2 s …');
  await running.before(sink).write('a message\n');
  expect(written.slice(-2)).toEqual(['\r\x1b[K', 'a message\n']);
  running.close();
});

test('nothing is said where nobody looks', () => {
  const { written, running, later, statement } = terminal(false);
  statement(10_000);
  running.begin();
  later(10_000);
  running.close();
  expect(written).toEqual([]);
});
