/** What dot commands and flags change about how statements run and results look. */
import type { Format } from '../render/renderer.js';

export interface ShellSettings {
  format: Format;
  /** Column names above the values. */
  header: boolean;
  /** Text for NULL; undefined is the format's own. */
  nullText: string | undefined;
  /** Footer with the counts, in box and table. */
  footer: boolean;
  /** Tells how long each statement took. */
  timer: boolean;
  /** Rows shown on a terminal; 0 = all. */
  maxRows: number;
  /** Cells a table may take on a terminal; 0 = the terminal's width. */
  maxWidth: number;
  /** Prints each statement before it runs. */
  echo: boolean;
  /** Stops a script at its first error. */
  bail: boolean;
}

export const DEFAULT_SETTINGS: Readonly<ShellSettings> = {
  format: 'box',
  header: true,
  nullText: undefined,
  footer: true,
  timer: false,
  maxRows: 40,
  maxWidth: 0,
  echo: false,
  bail: true,
};
