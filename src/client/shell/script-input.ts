/** Reads a script piece by piece, so that statements run as they arrive and a script of any size fits in memory. */
import { settledLength } from '../meta/split-script.js';

/** Texts of whole statements and command lines, in order; the last may lack its semicolon. */
export async function* readScript(source: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  let text = '';
  let scannedLength = 0;
  for await (const chunk of source) {
    text += chunk;
    if (!isWorthScanning(text, chunk, scannedLength)) continue;
    const settled = settledLength(text);
    if (settled > 0) yield text.slice(0, settled);
    text = text.slice(settled);
    scannedLength = text.length;
  }
  if (text !== '') yield text;
}

/**
 * A long statement is looked through again only when it has doubled, which keeps the whole linear, or when it looks
 * as if it ended here, so that whoever writes a pipe statement by statement does not wait.
 */
function isWorthScanning(text: string, chunk: string, scannedLength: number): boolean {
  return text.length < SHORT || text.length >= scannedLength * 2 || /;\s*$/.test(chunk.slice(-SHORT));
}

const SHORT = 4096;
