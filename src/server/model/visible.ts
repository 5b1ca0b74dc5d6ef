/** What of the attached databases somebody may know, for whoever lists them: plain data, also to a worker. */
export interface Visible {
  /** Catalogs all of which may be known, spelled as they are attached. */
  readonly catalogs: readonly string[];
  /** Of other catalogs, spelled so too: a schema with all that is in it, a table, or some columns of one. */
  readonly parts: readonly VisiblePart[];
  /** Tables whose rows are filtered, all names folded: how many there are is not shown. */
  readonly filtered?: readonly Required<Pick<VisiblePart, 'catalog' | 'schema' | 'table'>>[];
}

/** Schema, table and columns are folded (model/fold-name.ts). */
export interface VisiblePart {
  readonly catalog: string;
  readonly schema: string;
  readonly table?: string;
  readonly columns?: readonly string[];
}
