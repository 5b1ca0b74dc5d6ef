/**
 * Undoes LZ4 frames. Checksums are skipped: TCP and TLS have their own, and every length is checked here.
 * Source: LZ4 Frame Format 1.6, LZ4 Block Format.
 */
import { malformed } from './malformed.js';

/** Decompresses one frame into exactly `length` bytes. INVALID_ARGUMENT where it is malformed. */
export function decompressLz4(frame: Uint8Array, length: number): Uint8Array {
  // No 1 byte of a block stands for more than 255: whoever claims more only wants memory.
  if (length > 255 * frame.byteLength) throw corrupt();
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (frame.byteLength < 7 || view.getUint32(0, true) !== MAGIC) throw corrupt();
  const flags = frame[4]!;
  if (flags >> 6 !== 1 || (flags & FLAG.dictionaryId) !== 0) throw corrupt();
  const blockTrailer = flags & FLAG.blockChecksum ? 4 : 0;
  const target = new Uint8Array(length);
  let at = 7 + (flags & FLAG.contentSize ? 8 : 0);
  let filled = 0;
  for (;;) {
    if (at + 4 > frame.byteLength) throw corrupt();
    const word = view.getUint32(at, true);
    at += 4;
    if (word === 0) break;
    const size = word & 0x7fff_ffff;
    if (at + size > frame.byteLength) throw corrupt();
    const block = frame.subarray(at, at + size);
    if (word === size) {
      filled = expandBlock(block, target, filled);
    } else {
      if (filled + size > length) throw corrupt();
      target.set(block, filled);
      filled += size;
    }
    at += size + blockTrailer;
  }
  if (filled !== length) throw corrupt();
  return target;
}

const MAGIC = 0x184d2204;
const FLAG = { dictionaryId: 1, contentSize: 8, blockChecksum: 16 } as const;

/** Expands a block behind what `target` holds already, to which it may refer, and returns the new end. */
function expandBlock(block: Uint8Array, target: Uint8Array, start: number): number {
  let from = 0;
  let to = start;
  /** The rest of a length of which four bits said "15 or more". */
  const readMore = (): number => {
    let sum = 0;
    for (;;) {
      const byte = block[from++];
      if (byte === undefined) throw corrupt();
      sum += byte;
      if (byte !== 255) return sum;
    }
  };
  while (from < block.length) {
    const token = block[from++]!;
    const literals = token >> 4 === 15 ? 15 + readMore() : token >> 4;
    if (from + literals > block.length || to + literals > target.length) throw corrupt();
    target.set(block.subarray(from, from + literals), to);
    from += literals;
    to += literals;
    if (from === block.length) break;

    if (from + 2 > block.length) throw corrupt();
    const distance = block[from]! | (block[from + 1]! << 8);
    from += 2;
    const matched = 4 + ((token & 15) === 15 ? 15 + readMore() : token & 15);
    if (distance === 0 || distance > to || to + matched > target.length) throw corrupt();
    if (distance >= matched) {
      target.copyWithin(to, to - distance, to - distance + matched);
    } else {
      // The match overlaps what it writes: a repetition.
      for (let i = to; i < to + matched; i++) target[i] = target[i - distance]!;
    }
    to += matched;
  }
  return to;
}

function corrupt() {
  return malformed('an LZ4-compressed buffer is corrupt');
}
