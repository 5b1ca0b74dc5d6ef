/** How results become text: one renderer a format, all writing through one sink that pushes back. */
import { GizmoError } from '../../errors.js';
import type { ArrowSchema } from '../../flight/ipc/types.js';
import type { ReceivedBatch } from '../result/result.js';

/** Writes one result: begin once, batch any number of times, end once. */
export interface Renderer {
  begin(schema: ArrowSchema): void | Promise<void>;
  batch(batch: ReceivedBatch): void | Promise<void>;
  end(): void | Promise<void>;
  /** To be called at last, whether it came to the end or not; nothing is written after that. */
  close?(): Promise<void>;
}

/** Resolves when the destination wants more and needs no chunk any longer. Rejects when the destination is gone. */
export interface TextSink {
  write(chunk: string | Uint8Array): Promise<void>;
}

export interface RenderOptions {
  /** Column names (and the type row of box). On by default. */
  readonly header?: boolean;
  /** Text for NULL; by default the format's own: `NULL` in box and table, nothing in csv and markdown. */
  readonly nullText?: string;
  /** Footer with the counts, in box and table. On by default. */
  readonly footer?: boolean;
  /** Another renderer of the format has written the beginning and a row at least; only for some formats. */
  readonly continued?: boolean;
  /** Present only where the output is a terminal: fits, cuts, colours and escapes control characters. */
  readonly terminal?: TerminalOptions;
}

export interface TerminalOptions {
  /** Width to fit into; 0 = do not fit. */
  readonly columns: number;
  readonly color: boolean;
  /** Rows shown before the middle is left out; 0 = all. 40 by default. */
  readonly maxRows?: number;
}

export const FORMATS = [
  'box',
  'table',
  'csv',
  'tsv',
  'json',
  'jsonl',
  'markdown',
  'line',
  'list',
  'arrow',
  'none',
] as const;

export type Format = (typeof FORMATS)[number];

const ALIASES: Readonly<Record<string, Format>> = {
  ndjson: 'jsonl',
  jsonlines: 'jsonl',
  md: 'markdown',
  vertical: 'line',
  trash: 'none',
  tabs: 'tsv',
};

/** The format a name or alias means; USAGE with the list of names where it means none. */
export function parseFormat(name: string): Format {
  const wanted = name.toLowerCase();
  const format = FORMATS.find((known) => known === wanted) ?? ALIASES[wanted];
  if (format !== undefined) return format;
  throw new GizmoError('USAGE', `Unknown format "${name}". Formats are ${FORMATS.join(', ')}.`);
}
