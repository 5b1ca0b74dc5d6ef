import { Dictionary, Int32, Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import type { FlightDataMessage } from '../../../src/flight/flight-data.js';
import { readIpc } from '../../../src/flight/ipc/framing.js';
import { readParameters } from '../../../src/server/rpc/read-parameters.js';

/** A few bytes a row, which are many once the dictionary is resolved. */
async function packed(rows: number, chars: number): Promise<[FlightDataMessage, ...FlightDataMessage[]]> {
  const values = Array.from({ length: rows }, () => 'x'.repeat(chars));
  const words = vectorFromArray(values, new Dictionary(new Utf8(), new Int32()));
  const messages: FlightDataMessage[] = [];
  for await (const message of readIpc(tableToIPC(new Table({ words }), 'stream')))
    messages.push({ ...message, descriptor: undefined, appMetadata: new Uint8Array(0), parts: [] });
  const [schema, ...batches] = messages;
  if (schema === undefined) throw new Error('there is no schema');
  return [schema, ...batches];
}

describe('parameters that unpack to more than they are', () => {
  it('are unpacked in many turns of the event loop, and counted while they are', async () => {
    const [first, ...rest] = await packed(4000, 10_000);
    let turns = 0;
    let on = true;
    const turn = () => {
      turns += 1;
      if (on) setImmediate(turn);
    };
    setImmediate(turn);
    const sizes: number[] = [];
    const rows = await readParameters(first, rest, { set: (bytes) => sizes.push(bytes) });
    on = false;
    expect(rows?.batches.reduce((sum, batch) => sum + batch.rows, 0)).toBe(4000);
    expect(turns).toBeGreaterThan(15);
    expect(sizes.at(-1)).toBeGreaterThan(40_000_000);
    expect(sizes).toEqual([...sizes].sort((one, other) => one - other));
  });

  it('end where their user has no more room', async () => {
    const [first, ...rest] = await packed(4000, 10_000);
    const room = new Error('no room');
    const held = {
      set(bytes: number) {
        if (bytes > 10_000_000) throw room;
      },
    };
    await expect(readParameters(first, rest, held)).rejects.toBe(room);
  });
});
