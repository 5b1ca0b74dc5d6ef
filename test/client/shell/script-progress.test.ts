import { expect, test } from 'vitest';
import { ScriptProgress } from '../../../src/client/shell/script-progress.js';

function terminal(isTTY: boolean) {
  const written: string[] = [];
  let nowMs = 0;
  const stream = { isTTY, write: (text: string | Uint8Array) => written.push(String(text)) > 0 };
  const progress = new ScriptProgress(stream, () => nowMs);
  const later = (ms: number) => {
    nowMs += ms;
    progress.statementDone();
  };
  return { written, progress, later };
}

test('a long script says how far it is, seldom, and wipes the line before anything else', async () => {
  const { written, progress, later } = terminal(true);
  const sink = progress.before({ write: async (chunk) => void written.push(String(chunk)) });
  for (let i = 0; i < 1999; i++) later(1);
  expect(written).toEqual([]);
  later(1);
  later(1);
  expect(written).toEqual(['\r\x1b[K2,000 statements done …']);
  await sink.write('a row\n');
  await sink.write('another\n');
  expect(written.slice(1)).toEqual(['\r\x1b[K', 'a row\n', 'another\n']);
  later(300);
  progress.clear();
  progress.clear();
  expect(written.slice(4)).toEqual(['\r\x1b[K2,002 statements done …', '\r\x1b[K']);
});

test('nothing is said where nobody looks', () => {
  const { written, progress, later } = terminal(false);
  later(10_000);
  progress.clear();
  expect(written).toEqual([]);
});
