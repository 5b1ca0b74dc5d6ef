/** Takes exact numbers of bytes from chunks of any sizes. */

export class ByteSource {
  readonly #chunks: AsyncIterator<Uint8Array>;
  /** Received and not taken yet; never empty chunks. */
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** The next `count` bytes, a view where one chunk holds them all; undefined if the source ends before. */
  async take(count: number): Promise<Uint8Array | undefined> {
    if (!(await this.#receive(count))) return undefined;
    const bytes = this.#join(count);
    this.#drop(count);
    return bytes;
  }

  /** Like {@link take}, but they stay, and are fewer where the source ends before. */
  async peek(count: number): Promise<Uint8Array> {
    await this.#receive(count);
    return this.#join(Math.min(count, this.#pendingBytes));
  }

  /** Reads to the end and returns the last `count` bytes. */
  async drain(count: number): Promise<Uint8Array> {
    while (await this.#receive(this.#pendingBytes + 1))
      this.#drop(this.#pendingBytes - Math.min(count, this.#pendingBytes));
    return this.#join(this.#pendingBytes).subarray(-count);
  }

  /** Reads to the end, without taking anything, and returns all that has not been taken. */
  async peekAll(): Promise<Uint8Array> {
    while (await this.#receive(this.#pendingBytes + 1));
    return this.peek(this.#pendingBytes);
  }

  /** Tells the source that no more is wanted. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #receive(count: number): Promise<boolean> {
    while (this.#pendingBytes < count) {
      const next = await this.#chunks.next();
      if (next.done) return false;
      if (next.value.byteLength === 0) continue;
      this.#pending.push(next.value);
      this.#pendingBytes += next.value.byteLength;
    }
    return true;
  }

  #join(count: number): Uint8Array {
    const [first] = this.#pending;
    if (first === undefined) return new Uint8Array(0);
    return first.byteLength >= count ? first.subarray(0, count) : Buffer.concat(this.#pending, count);
  }

  #drop(count: number): void {
    this.#pendingBytes -= count;
    let left = count;
    let whole = 0;
    while (whole < this.#pending.length && this.#pending[whole]!.byteLength <= left) {
      left -= this.#pending[whole++]!.byteLength;
    }
    this.#pending.splice(0, whole);
    if (left > 0) this.#pending[0] = this.#pending[0]!.subarray(left);
  }
}
