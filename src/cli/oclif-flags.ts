/** Shows a table of flags to oclif, which writes the help and the manifest from it. */
import * as Flags from '@oclif/core/flags';
import type { FlagInput } from '@oclif/core/interfaces';
import type { FlagSpec } from './parse-line.js';

/** The line itself is read by parseLine. */
export function toOclifFlags(table: Readonly<Record<string, FlagSpec>>): FlagInput {
  return Object.fromEntries(Object.entries(table).map(([name, spec]) => [name, toOclifFlag(spec)]));
}

function toOclifFlag(spec: FlagSpec): FlagInput[string] {
  const { summary, group: helpGroup, value, char, aliases } = spec;
  const shown = {
    summary,
    helpGroup,
    ...(aliases === undefined ? {} : { aliases: [...aliases] }),
    ...(value === undefined ? {} : { helpValue: value }),
    ...(char === undefined ? {} : { char }),
  };
  switch (spec.kind) {
    case 'switch':
      return Flags.boolean({ ...shown, allowNo: spec.negatable === true });
    case 'count':
      return Flags.integer(shown);
    case 'texts':
      return Flags.string({ ...shown, multiple: true, multipleNonGreedy: true });
    case 'text':
      return Flags.string(shown);
  }
}
