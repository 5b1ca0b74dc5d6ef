/**
 * The Arrow type system as Gizmo speaks it: a plain description that both sides share, that costs nothing
 * to build and that crosses a worker boundary by structured clone.
 * Source: Arrow columnar format, Schema.fbs.
 */

export type TimeUnit = 's' | 'ms' | 'us' | 'ns';

/** One Arrow logical type. Children (list items, struct fields, …) live on the field, as in Schema.fbs. */
export type ArrowType =
  | { readonly kind: 'null' }
  | { readonly kind: 'bool' }
  | { readonly kind: 'int'; readonly bits: 8 | 16 | 32 | 64; readonly signed: boolean }
  | { readonly kind: 'float'; readonly bits: 16 | 32 | 64 }
  | {
      readonly kind: 'decimal';
      readonly bits: 32 | 64 | 128 | 256;
      readonly precision: number;
      readonly scale: number;
    }
  | { readonly kind: 'utf8' }
  | { readonly kind: 'largeUtf8' }
  | { readonly kind: 'utf8View' }
  | { readonly kind: 'binary' }
  | { readonly kind: 'largeBinary' }
  | { readonly kind: 'binaryView' }
  | { readonly kind: 'fixedSizeBinary'; readonly byteWidth: number }
  | { readonly kind: 'date'; readonly unit: 'day' | 'ms' }
  /** 32 bits wide for s and ms, 64 for us and ns. */
  | { readonly kind: 'time'; readonly unit: TimeUnit }
  | { readonly kind: 'timestamp'; readonly unit: TimeUnit; readonly timezone?: string }
  | { readonly kind: 'duration'; readonly unit: TimeUnit }
  | { readonly kind: 'interval'; readonly unit: 'yearMonth' | 'dayTime' | 'monthDayNano' }
  /** One child. */
  | { readonly kind: 'list' }
  | { readonly kind: 'largeList' }
  | { readonly kind: 'listView' }
  | { readonly kind: 'largeListView' }
  | { readonly kind: 'fixedSizeList'; readonly listSize: number }
  | { readonly kind: 'struct' }
  /** One child, a non-null struct `entries` of key and value. */
  | { readonly kind: 'map'; readonly keysSorted: boolean }
  | { readonly kind: 'union'; readonly mode: 'dense' | 'sparse'; readonly typeIds: readonly number[] }
  /** Two children: `run_ends` and `values`. */
  | { readonly kind: 'runEndEncoded' };

/** Dictionary encoding of a field: `type` on the field is then the type of the values. */
export interface DictionaryEncoding {
  readonly id: bigint;
  readonly index: { readonly bits: 8 | 16 | 32 | 64; readonly signed: boolean };
  readonly ordered: boolean;
}

export interface ArrowField {
  readonly name: string;
  readonly type: ArrowType;
  readonly nullable: boolean;
  readonly children: readonly ArrowField[];
  readonly metadata?: ReadonlyMap<string, string>;
  readonly dictionary?: DictionaryEncoding;
}

export interface ArrowSchema {
  readonly fields: readonly ArrowField[];
  readonly metadata?: ReadonlyMap<string, string>;
}

/**
 * One IPC message as it travels in FlightData: the Message flatbuffer without continuation marker or
 * length prefix, and the body, whose length is a multiple of 8.
 */
export interface IpcMessage {
  readonly header: Uint8Array;
  readonly body: Uint8Array;
}

/** A record batch already encoded, with its row count beside it so that nobody has to decode to count. */
export interface EncodedBatch extends IpcMessage {
  readonly rows: number;
  /** That many bytes before the body belong to it too, for what a transport puts before a message. */
  readonly headroom?: number;
  /** Takes the memory of the body back, to be filled again, once nobody reads it any more. Nobody has to call it. */
  readonly giveBack?: (memory: ArrayBuffer) => void;
}

/** Builds a field; nullable and without children unless said otherwise. */
export function field(
  name: string,
  type: ArrowType,
  options: {
    nullable?: boolean;
    children?: readonly ArrowField[];
    metadata?: ReadonlyMap<string, string>;
    dictionary?: DictionaryEncoding;
  } = {},
): ArrowField {
  const { nullable = true, children = [], metadata, dictionary } = options;
  return {
    name,
    type,
    nullable,
    children,
    ...(metadata === undefined ? {} : { metadata }),
    ...(dictionary === undefined ? {} : { dictionary }),
  };
}
