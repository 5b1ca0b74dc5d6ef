/** The format of a file that `.output` or `.once` names: as for `-o`, a mode that is set comes before the ending. */
import { formatOfFile } from '../../file-format.js';
import type { Format } from '../render/renderer.js';
import { DEFAULT_SETTINGS, type ShellSettings } from '../shell/shell-settings.js';

/** @throws GizmoError USAGE where no mode is set and nothing is written with that ending */
export function formatOfOutput(command: string, path: string, settings: ShellSettings): Format | undefined {
  return settings.format === DEFAULT_SETTINGS.format
    ? formatOfFile(path, command, 'a mode with .mode')
    : undefined;
}
