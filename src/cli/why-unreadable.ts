/** Why a file could not be read, in the system's words and without its codes. */
export function whyUnreadable(cause: unknown): string {
  return cause instanceof Error ? cause.message.replace(/^[A-Z]+: ([^,]*),.*$/, '$1') : 'it cannot be read';
}
