/** A statement that is not prepared in the worker before it runs: what it is, a text like it has told. */
import { GizmoError } from '../../../errors.js';
import { decodeKnownSchema } from '../../../flight/ipc/known-schemas.js';
import type { ArrowSchema } from '../../../flight/ipc/types.js';
import type { Alike, EngineResult, EngineStatement, ExecuteOptions } from '../engine.js';
import type { AlikeTexts } from './alike-texts.js';
import { WorkerResult } from './worker-result.js';
import type { StatementPlace } from './worker-statement.js';

export class WorkerText implements EngineStatement {
  readonly kind: EngineStatement['kind'];
  readonly returns: EngineStatement['returns'];
  readonly readOnly: boolean;
  readonly parts = 1;
  readonly serverTables = [];
  /** Of rows only running it tells. */
  readonly schema: ArrowSchema | undefined;
  readonly parameters = NO_FIELDS;
  readonly keepable = false;
  readonly #place: StatementPlace;
  readonly #alike: Alike;
  readonly #texts: AlikeTexts;
  #executing: Promise<EngineResult> | undefined;
  #closing: Promise<void> | undefined;

  constructor(place: StatementPlace, alike: Alike) {
    this.#place = place;
    this.#alike = alike;
    this.#texts = place.texts;
    this.kind = alike.kind;
    this.returns = alike.returns;
    this.readOnly = alike.readOnly;
    this.schema = alike.returns === 'rows' ? undefined : NO_FIELDS;
  }

  async execute({ signal }: ExecuteOptions = {}): Promise<EngineResult> {
    if (this.#closing !== undefined) throw new GizmoError('NOT_FOUND', 'The statement has been closed.');
    const executing = this.#execute(signal);
    this.#executing = executing;
    return await executing;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #execute(signal: AbortSignal | undefined): Promise<EngineResult> {
    const { channel, plans, session, sql } = this.#place;
    const over = plans.begin(session, this.kind);
    try {
      const ask = { session, sql, alike: this.#alike };
      const { answer, release } = await channel.execute('run', ask, signal);
      this.#texts.note(session, sql, answer);
      const { schemaMessage } = answer;
      if (schemaMessage === undefined) throw new Error('the worker sent no schema');
      return new WorkerResult(channel, answer, decodeKnownSchema(schemaMessage), schemaMessage, release);
    } finally {
      over();
    }
  }

  async #close(): Promise<void> {
    const [last] = await Promise.allSettled([this.#executing]);
    if (last.status === 'fulfilled') await last.value?.close();
  }
}

const NO_FIELDS: ArrowSchema = { fields: [] };
