/** What to do where a place for secrets fails. */
export const OTHER_STORES =
  'Use --credential-store file (or GIZMO_CREDENTIAL_STORE=file) for a file that only you can read.';
