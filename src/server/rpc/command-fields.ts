/** Fields that several commands share. */
import { GizmoError } from '../../errors.js';

/** Handles are ASCII text inside a bytes field; anything else was not made here and names nothing. */
export function handleText(handle: Uint8Array): string {
  return Buffer.from(handle.buffer, handle.byteOffset, Math.min(handle.byteLength, 64)).toString('latin1');
}

/** Transactions by action are not offered, so no id can be one; BEGIN and COMMIT as text work. */
export function refuseTransaction(transactionId: Uint8Array | undefined): void {
  if (transactionId === undefined || transactionId.length === 0) return;
  throw new GizmoError('NOT_FOUND', 'There is no such transaction in this session.');
}
