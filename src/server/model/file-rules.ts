/** Which files and addresses SQL may reach, of whoever is no administrator; and which nobody may. Plain data. */
export interface FileRules {
  /** Directories and files that may be read: absolute, without symbolic links. */
  readonly read: readonly string[];
  /** Those of them that may be written too. */
  readonly write: readonly string[];
  /** Beginnings of addresses that may be read, as url-prefix.ts writes them. */
  readonly urls: readonly string[];
  /** The server's own files and directories, wherever they are; not resolved. */
  readonly own: readonly string[];
}

/** A file or address that a statement reaches. */
export interface FileAccess {
  readonly action: 'read' | 'write';
  /** Resolved: absolute, without symbolic links; of an address its normal form. */
  readonly path: string;
}
