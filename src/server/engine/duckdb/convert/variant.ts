/**
 * VARIANT as JSON text. DuckDB stores each row as one blob of values and, beside it, lists that say what they
 * are: `keys`, `children` (key and value of each member) and `values` (type and place in the blob); the first
 * value is the whole.
 */
import { GizmoError } from '../../../../errors.js';
import type { ProcessMemory } from '../memory.js';
import type { SourceVector } from './source-vector.js';
import { StringVector } from './strings.js';
import { isSet, readValidity } from './validity.js';
import { VariableWidthWriter } from './variable-width.js';
import { BlobReader, formatScalar, VARIANT_ARRAY, VARIANT_OBJECT } from './variant-scalar.js';

export class VariantWriter extends VariableWidthWriter {
  readonly #keys: StringVector;
  readonly #blobs: StringVector;
  #keyEntries = EMPTY;
  #childEntries = EMPTY;
  #valueEntries = EMPTY;
  #childKeys = EMPTY;
  #childKeyValidity: Uint8Array | undefined;
  #childValues = EMPTY;
  #types: Uint8Array = new Uint8Array(0);
  #places = EMPTY;

  constructor(memory: ProcessMemory | undefined) {
    super();
    this.#keys = new StringVector(memory);
    this.#blobs = new StringVector(memory);
  }

  protected override read(vector: SourceVector, size: number): void {
    const keys = vector.structChild(0);
    this.#keyEntries = readWords(keys, size * 4);
    this.#keys.load(keys.listChild(), keys.listSize());

    const children = vector.structChild(1);
    this.#childEntries = readWords(children, size * 4);
    const childCount = children.listSize();
    const child = children.listChild();
    const childKeys = child.structChild(0);
    this.#childKeys = readWords(childKeys, childCount);
    this.#childKeyValidity = readValidity(childKeys, childCount);
    this.#childValues = readWords(child.structChild(1), childCount);

    const values = vector.structChild(2);
    this.#valueEntries = readWords(values, size * 4);
    const valueCount = values.listSize();
    const value = values.listChild();
    this.#types = value.structChild(0).data(valueCount);
    this.#places = readWords(value.structChild(1), valueCount);

    this.#blobs.load(vector.structChild(3), size);
  }

  protected override weighRow(row: number): number {
    return this.#blobs.words[row * 4]! * 2 + 16;
  }

  protected override write(row: number): void {
    this.put(Buffer.from(this.#format(row, 0, new BlobReader(this.#blobs.get(row)), 0)));
  }

  #format(row: number, value: number, blob: BlobReader, depth: number): string {
    if (depth > DEPTH_MAX) {
      throw new GizmoError('OUT_OF_RANGE', `A VARIANT is nested more than ${DEPTH_MAX} levels deep.`);
    }
    const at = this.#valueEntries[row * 4]! + value;
    const type = this.#types[at]!;
    blob.position = this.#places[at]!;
    if (type !== VARIANT_OBJECT && type !== VARIANT_ARRAY) return formatScalar(type, blob);
    const count = blob.varint();
    const first = count === 0 ? 0 : blob.varint() + this.#childEntries[row * 4]!;
    const parts: string[] = [];
    for (let child = first; child < first + count; child += 1) {
      const text = this.#format(row, this.#childValues[child]!, blob, depth + 1);
      parts.push(type === VARIANT_OBJECT ? `${this.#key(row, child)}:${text}` : text);
    }
    return type === VARIANT_OBJECT ? `{${parts.join(',')}}` : `[${parts.join(',')}]`;
  }

  #key(row: number, child: number): string {
    if (!isSet(this.#childKeyValidity, child)) return '""';
    const key = this.#keyEntries[row * 4]! + this.#childKeys[child]!;
    return JSON.stringify(Buffer.from(this.#keys.get(key)).toString());
  }
}

const EMPTY = new Uint32Array(0);
/** DuckDB's own parser of JSON stops there too. */
const DEPTH_MAX = 1000;

function readWords(vector: SourceVector, count: number): Uint32Array<ArrayBuffer> {
  const { buffer, byteOffset } = vector.data(count * 4);
  return new Uint32Array(buffer as ArrayBuffer, byteOffset, count);
}
