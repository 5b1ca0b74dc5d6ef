/** The schema of what {@link splitBatch} writes: the same values in the layouts that every reader knows. */
import { dictionaryValues } from './column-reader.js';
import type { ArrowField, ArrowSchema, ArrowType } from './types.js';

/**
 * Replaces dictionaries and runs by their values, views and 64-bit offsets by 32-bit offsets, and half floats by
 * floats, at every level. Returns `schema` itself where it is plain already.
 */
export function plainSchema(schema: ArrowSchema): ArrowSchema {
  const fields = schema.fields.map(plainField);
  return fields.every((field, i) => field === schema.fields[i]) ? schema : { ...schema, fields };
}

function plainField(field: ArrowField): ArrowField {
  if (field.dictionary !== undefined) return plainField(dictionaryValues(field));
  if (field.type.kind === 'runEndEncoded') {
    const values = field.children[1]!;
    return plainField({ ...values, name: field.name, nullable: field.nullable || values.nullable });
  }
  const type = plainType(field.type);
  const children = field.children.map(plainField);
  const same = type === field.type && children.every((child, i) => child === field.children[i]);
  return same ? field : { ...field, type, children };
}

function plainType(type: ArrowType): ArrowType {
  switch (type.kind) {
    case 'largeUtf8':
    case 'utf8View':
      return { kind: 'utf8' };
    case 'largeBinary':
    case 'binaryView':
      return { kind: 'binary' };
    case 'largeList':
    case 'listView':
    case 'largeListView':
      return { kind: 'list' };
    case 'float':
      return type.bits === 16 ? { kind: 'float', bits: 32 } : type;
    default:
      return type;
  }
}
