/** A file for results. What stood in it stays until the first of them comes, so that a failing statement costs nothing. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { GizmoError } from '../../errors.js';
import { describeFileError } from './file-error.js';

export class ResultFile {
  readonly handle: FileHandle;
  #isEmptied = false;

  private constructor(handle: FileHandle) {
    this.handle = handle;
  }

  /**
   * Opens it for writing, or makes it; a pipe, a device or what a symlink names too.
   * @throws GizmoError USAGE where it cannot be written
   */
  static async open(path: string): Promise<ResultFile> {
    try {
      return new ResultFile(await open(path, constants.O_WRONLY | constants.O_CREAT, 0o666));
    } catch (error) {
      throw new GizmoError('USAGE', `Cannot write "${path}": ${describeFileError(error)}.`, { cause: error });
    }
  }

  /** To call before each write: the first time it empties the file, if it is one that can be emptied. */
  async prepare(): Promise<void> {
    if (this.#isEmptied) return;
    this.#isEmptied = true;
    if ((await this.handle.stat()).isFile()) await this.handle.truncate(0);
  }
}
