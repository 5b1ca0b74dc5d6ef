/** Reads a stream of IPC messages: the schema, then dictionaries and record batches in whatever order they come. */
import { GizmoError } from '../../errors.js';
import type { BodyReaderOptions } from './body-reader.js';
import { type Column, columnBytes, type RecordBatch } from './column.js';
import { dictionaryValues } from './column-reader.js';
import { concatColumns } from './concat-columns.js';
import { decodeKnownSchema } from './known-schemas.js';
import { malformed } from './malformed.js';
import { MESSAGE_KIND, openMessage } from './message.js';
import { decodeDictionaryBatch, decodeRecordBatch } from './record-batch.js';
import { schemasEqual } from './schema.js';
import type { ArrowField, ArrowSchema, IpcMessage } from './types.js';

export class BatchReader {
  readonly #options: BatchReaderOptions;
  #schema: ArrowSchema | undefined;
  /** For each dictionary the field of its values. */
  #fields: ReadonlyMap<bigint, ArrowField> = new Map();
  readonly #dictionaries = new Map<bigint, Column>();
  /** Memory that each dictionary holds. */
  readonly #dictionaryBytes = new Map<bigint, number>();
  #bytesHeld = 0;

  constructor(options: BatchReaderOptions = {}) {
    this.#options = options;
  }

  /** Undefined until the first message. */
  get schema(): ArrowSchema | undefined {
    return this.#schema;
  }

  /** Takes the next message and returns the batch in it, if it is one. Batches stay right whatever comes after them. */
  push(message: IpcMessage): RecordBatch | undefined {
    const { kind } = openMessage(message.header);
    if (this.#schema === undefined) {
      const schema = decodeKnownSchema(message.header);
      this.#fields = collectDictionaries(schema);
      this.#schema = schema;
      return undefined;
    }
    switch (kind) {
      case MESSAGE_KIND.recordBatch:
        return decodeRecordBatch(this.#schema, message, this.#dictionaries, this.#options);
      case MESSAGE_KIND.dictionaryBatch:
        this.#addDictionary(message);
        return undefined;
      case MESSAGE_KIND.schema:
        throw malformed('a second schema came in one stream');
      default:
        throw malformed(`messages of kind ${kind} are neither record batches nor dictionaries`);
    }
  }

  #addDictionary(message: IpcMessage): void {
    const findField = (id: bigint) => {
      const field = this.#fields.get(id);
      if (field === undefined) throw malformed('a dictionary came that no field refers to');
      return field;
    };
    const { id, delta, values } = decodeDictionaryBatch(
      message,
      findField,
      this.#dictionaries,
      this.#options,
    );
    const known = delta ? this.#dictionaries.get(id) : undefined;
    const dictionary = known === undefined ? values : concatColumns(known, values);
    // What was not copied keeps the whole body alive.
    this.#account(id, Math.max(columnBytes(dictionary), known === undefined ? message.body.byteLength : 0));
    this.#dictionaries.set(id, dictionary);
  }

  /** Dictionaries live as long as the stream: what they add up to must have a limit. */
  #account(id: bigint, bytes: number): void {
    this.#bytesHeld += bytes - (this.#dictionaryBytes.get(id) ?? 0);
    this.#dictionaryBytes.set(id, bytes);
    if (this.#bytesHeld > (this.#options.dictionaryBytesMax ?? DICTIONARY_BYTES_MAX)) {
      throw new GizmoError(
        'RESOURCE_EXHAUSTED',
        'The dictionaries of an Arrow stream are too large; send plain values.',
      );
    }
  }
}

export interface BatchReaderOptions extends BodyReaderOptions {
  /** What all dictionaries of the stream may hold together. Default: 256 MiB. */
  readonly dictionaryBytesMax?: number;
}

const DICTIONARY_BYTES_MAX = 256 * 1024 * 1024;

function collectDictionaries(schema: ArrowSchema): ReadonlyMap<bigint, ArrowField> {
  const found = new Map<bigint, ArrowField>();
  const visit = (field: ArrowField) => {
    if (field.dictionary !== undefined) {
      // Names and nullability belong to the field that refers to the dictionary.
      const values = { ...dictionaryValues(field), name: '', nullable: true };
      const other = found.get(field.dictionary.id);
      if (other !== undefined && !schemasEqual({ fields: [other] }, { fields: [values] })) {
        throw malformed('two fields of different types share a dictionary');
      }
      found.set(field.dictionary.id, values);
    }
    field.children.forEach(visit);
  };
  schema.fields.forEach(visit);
  return found;
}
