/** The table of dot commands, in the order of .help. A new command is a file and a line here. */
import { BAIL } from './commands/bail.js';
import { CATALOGS } from './commands/catalogs.js';
import { CD } from './commands/cd.js';
import { DESCRIBE } from './commands/describe.js';
import { ECHO } from './commands/echo.js';
import { EXPANDED } from './commands/expanded.js';
import { HEADERS } from './commands/headers.js';
import { createHelp } from './commands/help.js';
import { MAXROWS } from './commands/maxrows.js';
import { MAXWIDTH } from './commands/maxwidth.js';
import { MODE } from './commands/mode.js';
import { NULLVALUE } from './commands/nullvalue.js';
import { ONCE } from './commands/once.js';
import { OUTPUT } from './commands/output.js';
import { PRINT } from './commands/print.js';
import { QUIT } from './commands/quit.js';
import { READ } from './commands/read.js';
import { SCHEMA } from './commands/schema.js';
import { SCHEMAS } from './commands/schemas.js';
import { SHOW } from './commands/show.js';
import { TABLES } from './commands/tables.js';
import { TIMER } from './commands/timer.js';
import type { DotCommand } from './dot-command.js';

/** Every command there is. */
export const DOT_COMMANDS: readonly DotCommand[] = [
  createHelp(() => DOT_COMMANDS),
  QUIT,
  TABLES,
  DESCRIBE,
  SCHEMA,
  SCHEMAS,
  CATALOGS,
  MODE,
  EXPANDED,
  HEADERS,
  NULLVALUE,
  MAXROWS,
  MAXWIDTH,
  OUTPUT,
  ONCE,
  READ,
  CD,
  PRINT,
  ECHO,
  BAIL,
  TIMER,
  SHOW,
];
