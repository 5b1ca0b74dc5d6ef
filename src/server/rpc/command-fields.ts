/** Fields that several commands share. */
/** Handles are ASCII text inside a bytes field; anything else was not made here and names nothing. */
export function handleText(handle: Uint8Array): string {
  return Buffer.from(handle.buffer, handle.byteOffset, Math.min(handle.byteLength, 64)).toString('latin1');
}

/** The transaction id of a command; undefined where it says none. */
export function transactionOf(command: { readonly transactionId?: Uint8Array | undefined }): {
  readonly transactionId: string | undefined;
} {
  const { transactionId } = command;
  const none = transactionId === undefined || transactionId.length === 0;
  return { transactionId: none ? undefined : handleText(transactionId) };
}
