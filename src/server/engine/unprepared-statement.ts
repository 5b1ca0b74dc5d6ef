/** A statement that is known by one like it, which differed in values alone, before anything has looked at it. */
import { GizmoError } from '../../errors.js';
import type { ArrowSchema } from '../../flight/ipc/types.js';
import type { Alike, EngineResult, EngineStatement, ExecuteOptions } from './engine.js';

export abstract class UnpreparedStatement implements EngineStatement {
  readonly kind: EngineStatement['kind'];
  readonly returns: EngineStatement['returns'];
  readonly readOnly: boolean;
  readonly parts = 1;
  readonly serverTables = [];
  /** Of rows only running it tells. */
  readonly schema: ArrowSchema | undefined;
  readonly parameters = NO_FIELDS;
  readonly keepable = false;
  #executing: Promise<EngineResult> | undefined;
  #closing: Promise<void> | undefined;

  constructor({ kind, returns, readOnly }: Alike) {
    this.kind = kind;
    this.returns = returns;
    this.readOnly = readOnly;
    this.schema = returns === 'rows' ? undefined : NO_FIELDS;
  }

  async execute(options: ExecuteOptions = {}): Promise<EngineResult> {
    if (this.#closing !== undefined) throw new GizmoError('NOT_FOUND', 'The statement has been closed.');
    this.#executing = this.run(options);
    return await this.#executing;
  }

  close(): Promise<void> {
    this.#closing ??= this.end();
    return this.#closing;
  }

  protected abstract run(options: ExecuteOptions): Promise<EngineResult>;

  /** Closes what has run. */
  protected async end(): Promise<void> {
    const [last] = await Promise.allSettled([this.#executing]);
    if (last.status === 'fulfilled') await last.value?.close();
  }
}

const NO_FIELDS: ArrowSchema = { fields: [] };
