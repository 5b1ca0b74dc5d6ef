/** A statement that is not prepared in the worker before it runs: what it is, a text like it has told. */
import { decodeKnownSchema } from '../../../flight/ipc/known-schemas.js';
import type { Alike, EngineResult, ExecuteOptions } from '../engine.js';
import { UnpreparedStatement } from '../unprepared-statement.js';
import { WorkerResult } from './worker-result.js';
import type { StatementPlace } from './worker-statement.js';

export class WorkerText extends UnpreparedStatement {
  readonly #place: StatementPlace;
  readonly #alike: Alike;

  constructor(place: StatementPlace, alike: Alike) {
    super(alike);
    this.#place = place;
    this.#alike = alike;
  }

  protected async run({ signal }: ExecuteOptions): Promise<EngineResult> {
    const { channel, plans, session, sql, texts } = this.#place;
    const over = plans.begin(session, this.kind);
    try {
      const ask = { session, sql, alike: this.#alike };
      const { answer, release } = await channel.execute('run', ask, signal);
      texts.note(session, sql, answer);
      const { schemaMessage } = answer;
      if (schemaMessage === undefined) throw new Error('the worker sent no schema');
      return new WorkerResult(channel, answer, decodeKnownSchema(schemaMessage), schemaMessage, release);
    } finally {
      over();
    }
  }
}
