/** Reads a script piece by piece, so that statements run as they arrive and a script of any size fits in memory. */
import { GizmoError } from '../../errors.js';
import { settledLength } from '../meta/split-script.js';

/**
 * Texts of whole statements and command lines, in order; the last may lack its semicolon. `name` is what errors call it.
 * @throws GizmoError USAGE for what is no text
 */
export async function* readScript(
  source: AsyncIterable<string>,
  name: string,
): AsyncGenerator<string, void, undefined> {
  let text = '';
  let scannedLength = 0;
  for await (const chunk of source) {
    assertText(chunk, name);
    text += chunk;
    if (!isWorthScanning(text, chunk, scannedLength)) continue;
    const settled = settledLength(text);
    if (settled > 0) yield text.slice(0, settled);
    text = text.slice(settled);
    scannedLength = text.length;
  }
  if (text !== '') yield text;
}

/** @throws GizmoError USAGE for what was read as UTF-8 and has a NUL in it, as UTF-16 and binary files do */
export function assertText(text: string, name: string): void {
  if (!text.includes('\0')) return;
  throw new GizmoError(
    'USAGE',
    `${name} is no text in UTF-8: it is binary, or UTF-16 as some Windows programs write it. Save it as UTF-8.`,
  );
}

/**
 * A long statement is looked through again only when it has doubled, which keeps the whole linear, or when it looks
 * as if it ended here, so that whoever writes a pipe statement by statement does not wait.
 */
function isWorthScanning(text: string, chunk: string, scannedLength: number): boolean {
  return text.length < SHORT || text.length >= scannedLength * 2 || /;\s*$/.test(chunk.slice(-SHORT));
}

const SHORT = 4096;
