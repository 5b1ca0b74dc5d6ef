/** The words of a command line that are no flags. */
import { GizmoError } from '../errors.js';

/** @throws GizmoError USAGE for words beyond the first `most` */
export function refuseSurplus(args: readonly string[], most: number): void {
  const surplus = args[most];
  if (surplus !== undefined) throw new GizmoError('USAGE', `Unexpected argument: ${surplus}. See --help.`);
}

/** One word that is needed. */
export function requireArgument(args: readonly string[], what: string): string {
  const [first] = args;
  if (first === undefined || first === '') throw new GizmoError('USAGE', `Name ${what}. See --help.`);
  refuseSurplus(args, 1);
  return first;
}
