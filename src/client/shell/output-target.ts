/** Where results go: standard output, or the file that `.output` and `.once` name. */
import { GizmoError } from '../../errors.js';
import type { Format, TextSink } from '../render/renderer.js';
import { describeFileError } from './file-error.js';
import { ResultFile } from './result-file.js';

export class OutputTarget implements TextSink {
  readonly #standard: TextSink;
  #file: ResultFile | undefined;
  #once: ResultFile | undefined;
  #fileFormat: Format | undefined;
  #onceFormat: Format | undefined;

  constructor(standard: TextSink) {
    this.#standard = standard;
  }

  /** False while results go to a file, where nothing is fitted, cut or coloured. */
  get isStandard(): boolean {
    return this.#file === undefined && this.#once === undefined;
  }

  /** What the ending of the file's name asks for; undefined on standard output. */
  get format(): Format | undefined {
    return this.#once === undefined ? this.#fileFormat : this.#onceFormat;
  }

  async write(chunk: string | Uint8Array): Promise<void> {
    const file = this.#once ?? this.#file;
    if (file === undefined) return this.#standard.write(chunk);
    try {
      await file.prepare();
      await file.handle.writeFile(chunk);
    } catch (error) {
      throw new GizmoError('USAGE', `The output file cannot be written: ${describeFileError(error)}.`, {
        cause: error,
      });
    }
  }

  /** Sends all that follows to a file, which the first result empties; without a path back to standard output. */
  async redirect(path: string | undefined, format?: Format): Promise<void> {
    const next = path === undefined ? undefined : await ResultFile.open(path);
    await this.#file?.handle.close();
    this.#file = next;
    this.#fileFormat = format;
  }

  /** Sends the next result only to a file. */
  async redirectOnce(path: string, format?: Format): Promise<void> {
    const next = await ResultFile.open(path);
    await this.#once?.handle.close();
    this.#once = next;
    this.#onceFormat = format;
  }

  /** Ends what `redirectOnce` began. */
  async resultDone(): Promise<void> {
    const file = this.#once;
    this.#once = undefined;
    await file?.handle.close();
  }

  async close(): Promise<void> {
    await this.resultDone();
    await this.redirect(undefined);
  }
}
