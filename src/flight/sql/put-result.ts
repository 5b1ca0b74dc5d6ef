/**
 * What a DoPut answers in a PutResult's `app_metadata`; plain messages, never wrapped.
 * Source: FlightSql.proto, DoPutUpdateResult and DoPutPreparedStatementResult.
 */
import { create, toBinary } from '@bufbuild/protobuf';
import { DoPutPreparedStatementResultSchema, DoPutUpdateResultSchema } from '../gen/flight_sql_pb.js';
import { decodeMessage } from '../wire.js';

/**
 * @param recordCount rows changed; 0 for DDL. Written out even when it is 0, because clients take empty
 *   bytes for "unknown", and never negative, because some then run the statement a second time
 */
export function encodeUpdateResult(recordCount: number | bigint): Uint8Array {
  return toBinary(
    DoPutUpdateResultSchema,
    create(DoPutUpdateResultSchema, { recordCount: BigInt(recordCount) }),
  );
}

/** Rows changed; undefined where the server does not know. */
export function decodeUpdateResult(appMetadata: Uint8Array): bigint | undefined {
  const { recordCount = 0n } = decodeMessage(DoPutUpdateResultSchema, appMetadata);
  return recordCount < 0n ? undefined : recordCount;
}

/** @param handle the handle to use from now on; Gizmo always answers the one it was given */
export function encodePreparedStatementResult(handle: Uint8Array): Uint8Array {
  const message = create(DoPutPreparedStatementResultSchema, { preparedStatementHandle: handle });
  return toBinary(DoPutPreparedStatementResultSchema, message);
}

/** The handle to use from now on; undefined where it stays the same. */
export function decodePreparedStatementResult(appMetadata: Uint8Array): Uint8Array | undefined {
  return decodeMessage(DoPutPreparedStatementResultSchema, appMetadata).preparedStatementHandle;
}
