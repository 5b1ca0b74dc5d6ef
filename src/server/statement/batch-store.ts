/**
 * Batches that wait for their reader: in memory as far as the server's share for that goes, else in a temporary
 * file, which has no name and ends with the process, up to `--temp-file-limit` for all of them together.
 */
import { randomBytes } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GizmoError } from '../../errors.js';
import type { EncodedBatch } from '../../flight/ipc/types.js';

/** Memory for the kept batches of all results together. */
const MEMORY_BYTES_MAX = 64 * 1024 * 1024;
/** Open files of all results together: a process has a limit of them, and connections need theirs. */
const FILES_MAX = 256;

export interface BatchStores {
  open(): BatchStore;
  /** By all of them together. */
  readonly inUse: { readonly memoryBytes: number; readonly fileBytes: number; readonly files: number };
}

export interface BatchStore {
  /**
   * Keeps one more and resolves when it is kept; one call at a time. Throws RESOURCE_EXHAUSTED where there is no
   * more room.
   */
  append(batch: EncodedBatch): Promise<void>;
  /** How many have been appended. */
  readonly length: number;
  read(index: number): Promise<EncodedBatch>;
  /** Gives back the room of one that nobody will read again. */
  drop(index: number): void;
  /** Gives back everything. Idempotent; waits for reads and writes under way. */
  close(): Promise<void>;
}

/** Makes the stores of one server, which share the limits. Both in bytes. */
export function createBatchStores(limits: { fileBytesMax: number; memoryBytesMax?: number }): BatchStores {
  const { fileBytesMax, memoryBytesMax = MEMORY_BYTES_MAX } = limits;
  const budget: Budget = {
    memoryLeft: memoryBytesMax,
    fileLeft: fileBytesMax,
    filesLeft: FILES_MAX,
    fileBytesMax,
  };
  return {
    open: () => new KeptBatches(budget),
    get inUse() {
      return {
        memoryBytes: memoryBytesMax - budget.memoryLeft,
        fileBytes: fileBytesMax - budget.fileLeft,
        files: FILES_MAX - budget.filesLeft,
      };
    },
  };
}

interface Budget {
  memoryLeft: number;
  fileLeft: number;
  filesLeft: number;
  readonly fileBytesMax: number;
}

type Kept =
  | { readonly where: 'memory'; readonly batch: EncodedBatch; readonly bytes: number }
  | {
      readonly where: 'file';
      readonly at: number;
      readonly header: number;
      readonly body: number;
      readonly rows: number;
    };

/** Whoever reads a kept batch may not be the last: its memory is not to be filled again. */
export function kept({ giveBack: _, ...batch }: EncodedBatch): EncodedBatch {
  return batch;
}

class KeptBatches implements BatchStore {
  readonly #budget: Budget;
  readonly #kept: (Kept | undefined)[] = [];
  #file: FileHandle | undefined;
  #fileBytes = 0;
  #inFile = 0;
  /** Settles when the file is not being used. */
  #busy: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  get length(): number {
    return this.#kept.length;
  }

  async append(batch: EncodedBatch): Promise<void> {
    if (this.#closing !== undefined) throw closed();
    const bytes = batch.header.byteLength + batch.body.byteLength;
    if (bytes <= this.#budget.memoryLeft) {
      this.#budget.memoryLeft -= bytes;
      this.#kept.push({ where: 'memory', batch: kept(batch), bytes });
      return;
    }
    if (bytes > this.#budget.fileLeft) throw noRoom(this.#budget.fileBytesMax);
    this.#budget.fileLeft -= bytes;
    const at = this.#fileBytes;
    this.#fileBytes += bytes;
    // From now on: what is read and dropped meanwhile must not make its place another's.
    this.#inFile++;
    try {
      await this.#withFile(async (file) => {
        await writeAll(file, batch.header, at);
        await writeAll(file, batch.body, at + batch.header.byteLength);
      });
    } catch (error) {
      this.#leaveFile();
      throw error;
    }
    const { header, body, rows } = batch;
    this.#kept.push({ where: 'file', at, header: header.byteLength, body: body.byteLength, rows });
  }

  async read(index: number): Promise<EncodedBatch> {
    const kept = this.#kept[index];
    if (kept === undefined || this.#closing !== undefined) throw closed();
    if (kept.where === 'memory') return kept.batch;
    const { at, header, body, rows } = kept;
    const bytes = new Uint8Array(header + body);
    await this.#withFile((file) => readAll(file, bytes, at));
    return { header: bytes.subarray(0, header), body: bytes.subarray(header), rows };
  }

  drop(index: number): void {
    const kept = this.#kept[index];
    if (kept === undefined) return;
    this.#kept[index] = undefined;
    if (kept.where === 'memory') this.#budget.memoryLeft += kept.bytes;
    else this.#leaveFile();
  }

  #leaveFile(): void {
    if (--this.#inFile === 0) this.#rewind();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#busy;
    for (const index of this.#kept.keys()) this.drop(index);
    this.#rewind();
    if (this.#file === undefined) return;
    this.#budget.filesLeft++;
    await this.#file.close();
    this.#file = undefined;
  }

  /** Nothing in the file is wanted any more: it is written over. */
  #rewind(): void {
    this.#budget.fileLeft += this.#fileBytes;
    this.#fileBytes = 0;
  }

  async #withFile<T>(work: (file: FileHandle) => Promise<T>): Promise<T> {
    const turn = this.#busy.then(async () => {
      if (this.#file === undefined) {
        if (this.#budget.filesLeft === 0) throw noRoom(this.#budget.fileBytesMax);
        this.#budget.filesLeft--;
        this.#file = await openUnnamedFile().catch((error: unknown) => {
          this.#budget.filesLeft++;
          throw error;
        });
      }
      return work(this.#file);
    });
    this.#busy = turn.catch(() => undefined);
    try {
      return await turn;
    } catch (error) {
      throw asGizmoError(error);
    }
  }
}

/** For this process only: nobody else may open it, it has no name a moment later, and it goes with its handle. */
async function openUnnamedFile(): Promise<FileHandle> {
  const path = join(tmpdir(), `gizmo-${randomBytes(16).toString('hex')}`);
  const file = await open(path, 'wx+', 0o600);
  try {
    await unlink(path);
  } catch (error) {
    await file.close();
    throw error;
  }
  return file;
}

async function writeAll(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.byteLength; ) {
    done += (await file.write(bytes, done, bytes.byteLength - done, at + done)).bytesWritten;
  }
}

async function readAll(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.byteLength; ) {
    const { bytesRead } = await file.read(bytes, done, bytes.byteLength - done, at + done);
    if (bytesRead === 0) throw new Error('the temporary file is shorter than what was written to it');
    done += bytesRead;
  }
}

function asGizmoError(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new GizmoError('RESOURCE_EXHAUSTED', "The disk with the server's temporary files is full.", {
    cause: error,
  });
}

function noRoom(fileBytesMax: number): GizmoError {
  return new GizmoError(
    'RESOURCE_EXHAUSTED',
    `The rest of this result does not fit what the server keeps for slow readers (--temp-file-limit, ${Math.round(fileBytesMax / 1e6)} MB for all together). Read a result to its end before the session goes on, or use another connection.`,
  );
}

function closed(): GizmoError {
  return new GizmoError('CANCELLED', 'The result was closed before its end.');
}
