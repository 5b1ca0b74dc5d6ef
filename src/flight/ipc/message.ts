/** The Message flatbuffer around every schema, dictionary and record batch. Source: Message.fbs. */
import { FlatTable } from './flatbuffer.js';
import { malformed } from './malformed.js';

/** `MetadataVersion.V5`, the one that Gizmo writes; V4 is read too and differs in unions only. */
export const METADATA_V5 = 4;
const METADATA_V4 = 3;

/** `MessageHeader`: which table the message holds. */
export const MESSAGE_KIND = { schema: 1, dictionaryBatch: 2, recordBatch: 3 } as const;

/** Opens a message header; `content` is the table that `kind` names. */
export function openMessage(header: Uint8Array): OpenMessage {
  const message = FlatTable.root(header);
  const version = message.int16(0);
  if (version !== METADATA_V5 && version !== METADATA_V4) {
    throw malformed(`metadata version V${version + 1} is not supported, only V4 and V5 are`);
  }
  const content = message.table(2);
  if (content === undefined) throw malformed('a message has no content');
  return { version, kind: message.uint8(1), content, bodyLength: message.size(3) };
}

export interface OpenMessage {
  readonly version: number;
  /** One of {@link MESSAGE_KIND}, or whatever else the peer wrote. */
  readonly kind: number;
  readonly content: FlatTable;
  readonly bodyLength: number;
}
