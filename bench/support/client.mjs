// Our client as `gizmo client` runs it, for the children that measure.
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { connect } from '../../dist/client/connect.js';

// As bin/run.js does for `gizmo client`.
setFlagsFromString('--no-concurrent-array-buffer-sweeping');

/** Connects to what startServer answered; its own certificate is taken unseen, since loopback is all that is measured. */
export function openClient({ host, port, token, tls }) {
  return connect({
    host,
    port,
    tls: tls ? { skipVerify: true } : undefined,
    credentials: { kind: 'bearer', token },
  });
}

/** Reads a result to its end, looking at every batch and no cell; answers the number of rows. */
export async function countRows(result) {
  let rows = 0;
  for await (const batch of await result) rows += batch.length;
  return rows;
}

/** CPU seconds, user and system, that another process has used so far; NaN where there is no /proc. */
export function cpuSecondsOf(pid) {
  try {
    // The name in parentheses may hold blanks; utime and stime are the 12th and 13th field behind it, in ticks of 10 ms.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return Number.NaN;
  }
}
