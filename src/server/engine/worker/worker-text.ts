/** A statement that is not prepared in the worker before it runs: what it is, a text like it has told. */
import { decodeKnownSchema } from '../../../flight/ipc/known-schemas.js';
import type { EngineResult, ExecuteOptions } from '../engine.js';
import { UnpreparedStatement } from '../unprepared-statement.js';
import type { Known } from './alike-texts.js';
import { isSmall } from './protocol.js';
import { WorkerResult } from './worker-result.js';
import type { StatementPlace } from './worker-statement.js';

export class WorkerText extends UnpreparedStatement {
  readonly #place: StatementPlace;
  readonly #known: Known;

  constructor(place: StatementPlace, known: Known) {
    super(known.alike);
    this.#place = place;
    this.#known = known;
  }

  protected async run({ signal }: ExecuteOptions): Promise<EngineResult> {
    const { plans, session } = this.#place;
    const over = plans.begin(session, this.kind);
    try {
      const running = this.#startDirectly(signal);
      return (running && (await running)) ?? (await this.#runInWorker(signal));
    } finally {
      over();
    }
  }

  #startDirectly(signal: AbortSignal | undefined): Promise<EngineResult | undefined> | undefined {
    const { directs, session, sql, texts } = this.#place;
    const known = this.#known;
    if (known.again === undefined || known.again === 'in vain') return undefined;
    const running = directs?.start({ session, sql, readOnly: this.readOnly, ...known.again }, signal);
    return running?.then((result) => {
      if (result === undefined) known.again = 'in vain';
      else texts.note(session, sql, result.isSmall);
      return result;
    });
  }

  async #runInWorker(signal: AbortSignal | undefined): Promise<EngineResult> {
    const { channel, session, sql, texts } = this.#place;
    const known = this.#known;
    const ask = { session, sql, alike: known.alike, tells: known.again === undefined };
    const { answer, release } = await channel.execute('run', ask, signal);
    const isLikeOthers = isSmall(answer);
    texts.note(session, sql, isLikeOthers);
    const { schemaMessage, again } = answer;
    if (schemaMessage === undefined) throw new Error('the worker sent no schema');
    const schema = decodeKnownSchema(schemaMessage);
    if (isLikeOthers && again !== undefined) known.again ??= { again, schema, schemaMessage };
    return new WorkerResult(channel, answer, schema, schemaMessage, release);
  }
}
