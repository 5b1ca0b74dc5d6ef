/**
 * What a session that may reach no files hears where it would open one. Not which: the call may stand in a view, and
 * what that reads is not told to whoever only names it.
 */
export const FILES_REFUSED =
  "Permission denied: files are an administrator's to read, but for what --allow-path opens, in a query that has the path written out";
