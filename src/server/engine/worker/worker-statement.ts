/** A statement that is prepared in the worker. */
import { GizmoError } from '../../../errors.js';
import { decodeKnownSchema, encodeKnownSchema } from '../../../flight/ipc/known-schemas.js';
import type { ArrowSchema, EncodedBatch } from '../../../flight/ipc/types.js';
import { altered } from '../../model/altered.js';
import { throwIfAborted } from '../abort.js';
import type { DirectResult } from '../duckdb/direct/direct-result.js';
import type { Again } from '../duckdb/direct/direct-run.js';
import type { DirectRuns } from '../duckdb/direct/direct-runs.js';
import { ParameterReader } from '../duckdb/read-parameters.js';
import { type EngineResult, type EngineStatement, type ExecuteOptions, MeaningChanged } from '../engine.js';
import type { AlikeTexts } from './alike-texts.js';
import type { KeptPlan, KeptPlans } from './kept-plans.js';
import { detachable, type ExecuteAnswer, isSmall, type ParametersAsk } from './protocol.js';
import type { WorkerChannel } from './worker-channel.js';
import { WorkerResult } from './worker-result.js';

/** What a statement is prepared from, and for whom. */
export interface StatementPlace {
  readonly channel: WorkerChannel;
  readonly plans: KeptPlans;
  readonly session: number;
  readonly sql: string;
  /** It is executed once. */
  readonly atOnce: boolean;
  /** Whether it is kept with a note only. */
  readonly inspected: boolean;
  /** Told of what has run at once. */
  readonly texts: AlikeTexts;
  /** Absent where only the worker runs statements. */
  readonly directs: DirectRuns | undefined;
}

/** An execution that was not asked for any more: its answer where that has come, else it is what is asked for next. */
export interface BegunExecution {
  /** The call by which it can be aborted. */
  readonly call: number;
  readonly answer: ExecuteAnswer | undefined;
}

export class WorkerStatement implements EngineStatement {
  readonly kind: EngineStatement['kind'];
  readonly parts: number;
  readonly serverTables: readonly string[];
  readonly schema: ArrowSchema | undefined;
  readonly returns: EngineStatement['returns'];
  readonly readOnly: boolean;
  readonly keepable: boolean;
  readonly parameters: ArrowSchema;
  note: unknown;
  readonly #place: StatementPlace;
  readonly #plan: KeptPlan;
  #begun: BegunExecution | undefined;
  /** How it may be executed from this thread, as long as all means what it meant. */
  #again: Again | undefined;
  #againVersion: number;
  /** Whether the worker has closed it. */
  #over = false;
  /** Whether its last execution, if any, went well and answered what was promised. */
  #asPlanned = true;
  readonly #reader: ParameterReader;
  #parameterBatch: EncodedBatch | undefined;
  /** Settles when the last execution has answered. */
  #executing: Promise<EngineResult> | undefined;
  #closing: Promise<void> | undefined;

  constructor(place: StatementPlace, plan: KeptPlan, begun: BegunExecution | undefined) {
    const { answer, schema } = plan;
    this.#place = place;
    this.#plan = plan;
    this.#begun = begun;
    this.#again = plan.again;
    this.#againVersion = plan.version;
    this.note = plan.note;
    this.keepable = answer.keepable;
    this.kind = answer.kind;
    this.parts = answer.parts;
    this.serverTables = answer.serverTables;
    this.schema = schema;
    this.returns = answer.returns;
    this.readOnly = answer.readOnly;
    this.parameters = answer.parametersMessage ? decodeKnownSchema(answer.parametersMessage) : NO_FIELDS;
    this.#reader = new ParameterReader(this.parameters);
  }

  async execute(options: ExecuteOptions = {}): Promise<EngineResult> {
    if (this.#closing !== undefined)
      throw new GizmoError('NOT_FOUND', 'The prepared statement has been closed.');
    const executing = this.#execute(options);
    this.#executing = executing;
    return await executing;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #execute({ signal, parameters, ...options }: ExecuteOptions): Promise<EngineResult> {
    const { channel, plans, session, sql, atOnce, inspected, texts } = this.#place;
    const { statement, schemaMessage: promised } = this.#plan.answer;
    const last = atOnce && !this.keepable;
    throwIfAborted(signal);
    const { meaning } = options;
    const hasChanged = () => meaning !== undefined && plans.meaning(session) !== meaning;
    if (hasChanged()) throw new MeaningChanged();
    const begun = this.#begun;
    this.#begun = undefined;
    const over = plans.begin(session, this.kind);
    try {
      const known = begun === undefined ? this.#mayRunDirectly(options) : undefined;
      const running = known && this.#startDirectly(known, signal, parameters);
      const direct = running && (await running);
      if (direct !== undefined) {
        // The worker streams what is long.
        if (!direct.isSmall) this.#again = undefined;
        if (!hasChanged()) return direct;
        await direct.close();
        throw new MeaningChanged();
      }
      const version = plans.version(session);
      // Run here, it had other columns.
      if (running !== undefined) this.#again = undefined;
      const tells = known === undefined || running !== undefined;
      // Only now: what has been packed is taken for known by the worker.
      const packed = parameters && this.#packParameters(parameters);
      const ask = { statement, options: { last, tells, parameters: packed, ...options } };
      const { answer, release } =
        begun?.answer === undefined
          ? await channel.execute('execute', ask, signal)
          : { answer: begun.answer, release: channel.forwardAbort(begun.call, signal) };
      if (hasChanged()) {
        release();
        if (!answer.ended) await channel.callIfAlive('closeResult', { result: answer.result });
        throw new MeaningChanged();
      }
      // One that answers later than it was prepared is left for this side to close.
      this.#over = last && answer.ended && (begun === undefined || begun.answer !== undefined);
      const schemaMessage = answer.schemaMessage ?? promised;
      const schema =
        answer.schemaMessage === undefined ? this.schema : decodeKnownSchema(answer.schemaMessage);
      if (schema === undefined || schemaMessage === undefined) throw new Error('the worker sent no schema');
      this.#asPlanned = answer.schemaMessage === undefined;
      if (tells || !this.#asPlanned || !isSmall(answer)) {
        const { again } = answer;
        const isKnown = again !== undefined && this.#asPlanned && isSmall(answer);
        this.#again = isKnown ? { again, schema, schemaMessage } : undefined;
        this.#againVersion = version;
      }
      if (atOnce && !inspected && !this.keepable) texts.learn(session, sql, this.#plan, answer);
      return new WorkerResult(channel, answer, schema, schemaMessage, release);
    } catch (error) {
      this.#asPlanned = false;
      // Why it failed is not to be told either.
      throw hasChanged() ? new MeaningChanged() : error;
    } finally {
      over();
    }
  }

  /** How this thread may run it now; undefined where that is not known, or is no business of this thread. */
  #mayRunDirectly({
    meaning,
    serverTables,
    batchRowsMax,
    batchBytesMax,
  }: Omit<ExecuteOptions, 'signal' | 'parameters'>): Again | undefined {
    const { directs, plans, session, inspected } = this.#place;
    const again = this.#again;
    if (again === undefined || directs?.isCurrent(again.again) !== true) return undefined;
    if (serverTables !== undefined || batchRowsMax !== undefined || batchBytesMax !== undefined)
      return undefined;
    // What somebody may see of it is looked after by the worker, unless it was found that it means the same.
    if (inspected && meaning === undefined) return undefined;
    return plans.meaning(session) === this.#againVersion ? again : undefined;
  }

  /** Undefined where the worker has to. */
  #startDirectly(
    known: Again,
    signal: AbortSignal | undefined,
    parameters: ExecuteOptions['parameters'],
  ): Promise<DirectResult | undefined> | undefined {
    const { directs, session, sql } = this.#place;
    const values = this.#reader.read(parameters);
    return directs?.start({ session, sql, readOnly: this.readOnly, values, ...known }, signal);
  }

  async #close(): Promise<void> {
    const [last] = await Promise.allSettled([this.#executing]);
    try {
      if (last.status === 'fulfilled') await last.value?.close();
      if (this.#begun !== undefined) await this.#letGo(this.#begun);
    } finally {
      const { channel, plans, session, sql, inspected } = this.#place;
      const { note } = this;
      const mayStay = this.keepable && this.#asPlanned && (!inspected || note !== undefined);
      const isKept = mayStay && plans.keep(session, sql, altered(this.#plan, { note, again: this.#again }));
      if (!isKept && !this.#over) channel.drop(this.#plan.answer.statement);
    }
  }

  /** Of a query that has begun and is not asked for any more; afterwards the session is free. */
  async #letGo({ answer }: BegunExecution): Promise<void> {
    const { channel } = this.#place;
    const { statement } = this.#plan.answer;
    if (answer?.ended === true) this.#over = !this.keepable;
    else if (answer !== undefined) await channel.callIfAlive('closeResult', { result: answer.result });
    else {
      this.#asPlanned = false;
      this.#over = true;
      await channel.callIfAlive('closeStatement', { statement });
    }
  }

  #packParameters({ schema, batch, row }: NonNullable<ExecuteOptions['parameters']>): ParametersAsk {
    const isKnown = this.#parameterBatch === batch;
    this.#parameterBatch = batch;
    return {
      fresh: isKnown ? undefined : { schemaMessage: encodeKnownSchema(schema), batch: detachable(batch) },
      row,
    };
  }
}

const NO_FIELDS: ArrowSchema = { fields: [] };
