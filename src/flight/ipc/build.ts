/**
 * Builds a record batch from JavaScript values: metadata answers, parameters, tests. Data of any size come from the
 * engine, which writes Arrow memory itself.
 */
import { GizmoError } from '../../errors.js';
import { BodyWriter, packOffsets } from './body-writer.js';
import { fixedWidthWriter } from './fixed-width-writer.js';
import { misfit, takeArray, takeBool, takeBytes, takeObject, takeString, takeUnion } from './take-value.js';
import type { ArrowField, ArrowSchema, ArrowType, EncodedBatch } from './types.js';

/**
 * `columns`: one array of values for each field, all of one length, values as `readValue` gives them (see value.ts) but
 * for integers, where numbers and bigints both do; undefined stands for null. INVALID_ARGUMENT names the field whose
 * value does not fit. Layouts that Gizmo only reads (views, large offsets, dictionaries, runs) are UNIMPLEMENTED.
 */
export function buildBatch(schema: ArrowSchema, columns: readonly (readonly unknown[])[]): EncodedBatch {
  const rows = columns[0]?.length ?? 0;
  if (columns.length !== schema.fields.length || columns.some((column) => column.length !== rows)) {
    throw new GizmoError('INVALID_ARGUMENT', 'A batch needs one column for each field, all of one length.');
  }
  const writer = new BodyWriter();
  for (const [i, field] of schema.fields.entries()) writeColumn(writer, field, columns[i]!);
  return writer.finish(rows);
}

function writeColumn(writer: BodyWriter, field: ArrowField, values: readonly unknown[]): void {
  const { type } = field;
  if (field.dictionary !== undefined) {
    throw new GizmoError(
      'UNIMPLEMENTED',
      `Field "${field.name}" is dictionary-encoded; write its values instead.`,
    );
  }
  if (type.kind === 'null') {
    writer.node(values.length, values.length);
  } else if (type.kind === 'union') {
    writeUnion(writer, field, type, values);
  } else {
    writer.validity(values.length, (row) => isNull(values[row]));
    writeValues(writer, field, values);
  }
}

/** What follows the validity bitmap. */
function writeValues(writer: BodyWriter, field: ArrowField, values: readonly unknown[]): void {
  const { type, children } = field;
  switch (type.kind) {
    case 'bool':
      writer.buffer(packBits(field, values));
      break;
    case 'utf8':
      writeBytes(writer, values, (value) => Buffer.from(takeString(field, value)));
      break;
    case 'binary':
      writeBytes(writer, values, (value) => takeBytes(field, value));
      break;
    case 'list':
    case 'map': {
      const lists = values.map((value) => (isNull(value) ? [] : takeArray(field, value)));
      writer.buffer(packOffsets(lists.map((list) => list.length)));
      const items = lists.flat();
      writeColumn(
        writer,
        children[0]!,
        type.kind === 'map' ? items.map((item) => toEntry(field, item)) : items,
      );
      break;
    }
    case 'fixedSizeList':
      writeColumn(
        writer,
        children[0]!,
        values.flatMap((value) => fixedItems(field, value)),
      );
      break;
    case 'struct': {
      const objects = values.map((value) => (isNull(value) ? {} : takeObject(field, value)));
      for (const child of children)
        writeColumn(
          writer,
          child,
          objects.map((object) => member(object, child.name)),
        );
      break;
    }
    default:
      writer.buffer(packFixedWidth(field, values));
  }
}

function writeUnion(
  writer: BodyWriter,
  field: ArrowField,
  type: UnionType,
  values: readonly unknown[],
): void {
  const [firstId] = type.typeIds;
  if (firstId === undefined && values.length > 0) throw misfit(field, 'nothing, its union having no members');
  // A union has no nulls of its own: null is a null of its first member.
  const slots = values.map((value) =>
    isNull(value) ? { typeId: firstId!, value: null } : takeUnion(field, value),
  );
  if (slots.some((slot) => !type.typeIds.includes(slot.typeId))) {
    throw misfit(field, `a member with type id ${type.typeIds.join(' or ')}`);
  }
  writer.node(values.length, 0);
  writer.buffer(Uint8Array.from(slots, (slot) => slot.typeId));
  if (type.mode === 'sparse') {
    for (const [i, child] of field.children.entries()) {
      const id = type.typeIds[i];
      writeColumn(
        writer,
        child,
        slots.map((slot) => (slot.typeId === id ? slot.value : null)),
      );
    }
    return;
  }
  const members = new Map(type.typeIds.map((id): [number, unknown[]] => [id, []]));
  const offsets = slots.map((slot) => {
    return members.get(slot.typeId)!.push(slot.value) - 1;
  });
  writer.buffer(new Uint8Array(Int32Array.from(offsets).buffer));
  for (const [i, child] of field.children.entries())
    writeColumn(writer, child, members.get(type.typeIds[i]!)!);
}

type UnionType = Extract<ArrowType, { kind: 'union' }>;

function writeBytes(
  writer: BodyWriter,
  values: readonly unknown[],
  take: (value: unknown) => Uint8Array,
): void {
  const cells = values.map((value) => (isNull(value) ? NO_BYTES : take(value)));
  writer.buffer(packOffsets(cells.map((cell) => cell.byteLength)));
  writer.buffer(Buffer.concat(cells));
}

function packBits(field: ArrowField, values: readonly unknown[]): Uint8Array {
  const bits = new Uint8Array((values.length + 7) >> 3);
  for (const [row, value] of values.entries()) {
    if (!isNull(value) && takeBool(field, value)) bits[row >> 3]! |= 1 << (row & 7);
  }
  return bits;
}

function packFixedWidth(field: ArrowField, values: readonly unknown[]): Uint8Array {
  const { width, write } = fixedWidthWriter(field);
  const bytes = new Uint8Array(width * values.length);
  const view = new DataView(bytes.buffer);
  for (const [row, value] of values.entries()) if (!isNull(value)) write(view, row * width, value);
  return bytes;
}

function fixedItems(field: ArrowField, value: unknown): readonly unknown[] {
  const size = field.type.kind === 'fixedSizeList' ? field.type.listSize : 0;
  if (isNull(value)) return new Array(size).fill(null);
  const items = takeArray(field, value);
  if (items.length !== size) throw misfit(field, `${size} items`);
  return items;
}

/** The entries of a map are structs; their two fields may have any names. */
function toEntry(field: ArrowField, item: unknown): Record<string, unknown> {
  const [key, value] = takeArray(field, item);
  const [keyField, valueField] = field.children[0]!.children;
  return Object.fromEntries([
    [keyField!.name, key],
    [valueField!.name, value],
  ]);
}

function member(object: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : null;
}

function isNull(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

const NO_BYTES = new Uint8Array(0);
