/** Whether colours and cursor movements are welcome on a stream (https://no-color.org, FORCE_COLOR, TERM=dumb). */

/** Judged for stdout and stderr apart, because only one of them may be redirected. */
export function colorsOn(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>> = process.env,
): boolean {
  if (isSet(env.NO_COLOR)) return false;
  if (isSet(env.FORCE_COLOR)) return env.FORCE_COLOR !== '0';
  return stream.isTTY === true && env.TERM !== 'dumb';
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}
