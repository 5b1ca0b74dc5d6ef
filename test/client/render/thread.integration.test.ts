import { Dictionary, Int32, Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRenderer } from '../../../src/client/render/create-renderer.js';
import { loadRenderer } from '../../../src/client/render/load-renderer.js';
import type { Format, Renderer, RenderOptions, TextSink } from '../../../src/client/render/renderer.js';
import { ThreadRenderer } from '../../../src/client/render/thread/thread-renderer.js';
import type { RecordBatch } from '../../../src/flight/ipc/column.js';
import { readIpc } from '../../../src/flight/ipc/framing.js';
import { BatchReader } from '../../../src/flight/ipc/reader.js';
import { type BatchSource, openBatchSource } from '../../support/engine-batches.js';
import { memorySink } from '../../support/memory-sink.js';

/** Several batches of more than 256 KiB, of every kind of column, nested ones and those with nulls too. */
const LARGE = `select i, i::varchar || ' é,"x"' as t, case when i % 7 = 0 then null else i / 3.0 end as d,
    i::decimal(18, 3) as n, timestamptz '2020-01-01 00:00:00+00' + to_seconds(i) as z, date '2020-01-01' + (i % 999)::integer as day,
    [i, null] as l, {'a': i, 'b': [t]} as s, (i % 2 = 0) as b, i::varchar::blob as raw, map {'k': i} as m
  from range(40000) r(i)`;

let source: BatchSource;
beforeAll(async () => {
  source = await openBatchSource();
});
afterAll(() => source.close());

type Source = Awaited<ReturnType<BatchSource['run']>>;

async function show(renderer: Renderer, { schema, batches }: Source): Promise<void> {
  await renderer.begin(schema);
  for (const batch of batches) await renderer.batch(batch);
  await renderer.end();
}

async function decode(stream: Uint8Array): Promise<Source> {
  const reader = new BatchReader();
  const batches: RecordBatch[] = [];
  for await (const message of readIpc(stream)) {
    const batch = reader.push(message);
    if (batch !== undefined) batches.push(batch);
  }
  return { schema: reader.schema ?? { fields: [] }, batches };
}

async function threaded(format: 'csv' | 'json', sink: TextSink): Promise<ThreadRenderer> {
  return new ThreadRenderer(await loadRenderer(format, sink, {}), format, sink, {});
}

describe('a large result, rendered on a thread of its own', () => {
  const kinds: readonly (readonly [Format, RenderOptions])[] = [
    ['csv', {}],
    ['csv', { header: false, nullText: 'NULL' }],
    ['tsv', {}],
    ['list', { nullText: '-' }],
    ['json', {}],
    ['jsonl', {}],
  ];
  test.each(kinds)('is the same text as %s by this thread, with %o', async (format, options) => {
    const here = memorySink();
    await show(await loadRenderer(format, here, options), await source.run(LARGE));
    const there = memorySink();
    const renderer = await createRenderer(format, there, options);
    await show(renderer, await source.run(LARGE));
    await renderer.close?.();
    expect(there.bytes().equals(here.bytes())).toBe(true);
  });

  test('takes the memory of its batches away, so that none is copied', async () => {
    const result = await source.run(LARGE);
    const renderer = await threaded('csv', memorySink());
    await show(renderer, result);
    await renderer.close();
    const left = result.batches.map(({ columns }) => columns[0]?.data?.byteLength);
    expect(left.length).toBeGreaterThan(3);
    expect(left[0]).toBeGreaterThan(0);
    expect(left.slice(1)).toEqual(left.slice(1).map(() => 0));
  });

  test('with a dictionary stays here, or that would be copied with each batch', async () => {
    const words = vectorFromArray(
      Array.from({ length: 100_000 }, (_, i) => (i % 2 === 0 ? 'even' : 'odd')),
      new Dictionary(new Utf8(), new Int32()),
    );
    const { batches: halves } = new Table({ words });
    const result = await decode(tableToIPC(new Table([...halves, ...halves])));
    const sink = memorySink();
    const renderer = await threaded('csv', sink);
    await show(renderer, result);
    await renderer.close();
    expect(result.batches.map(({ columns }) => columns[0]?.dictionary?.length)).toEqual([2, 2]);
    expect(result.batches[1]?.columns[0]?.data?.byteLength).toBeGreaterThan(256 * 1024);
    expect(sink.text().split('\n')).toHaveLength(200_002);
  });

  test('ends with what its sink fails with, and asks for no more batches', async () => {
    const { schema, batches } = await source.run(LARGE);
    let texts = 0;
    const renderer = await threaded('csv', {
      write: async () => {
        texts++;
        if (texts === 5) throw new Error('the disk is full');
      },
    });
    const shown = show(renderer, { schema, batches });
    await expect(shown).rejects.toThrow('the disk is full');
    await renderer.close();
    expect(texts).toBe(5);
  });

  test('writes one text after the other, however long each takes', async () => {
    let isWriting = false;
    const kept = memorySink();
    const renderer = await threaded('json', {
      write: async (chunk) => {
        expect(isWriting).toBe(false);
        isWriting = true;
        await new Promise((resolve) => setImmediate(resolve));
        await kept.write(chunk);
        isWriting = false;
      },
    });
    await show(renderer, await source.run(LARGE));
    await renderer.close();
    expect(JSON.parse(kept.text())).toHaveLength(40_000);
  });

  test('that is given up in its midst ends the thread, and nothing is written after that', async () => {
    const { schema, batches } = await source.run(LARGE);
    let isClosed = false;
    let late = 0;
    const renderer = await threaded('csv', {
      write: async () => {
        await new Promise((resolve) => setImmediate(resolve));
        if (isClosed) late++;
      },
    });
    await renderer.begin(schema);
    for (const batch of batches.slice(0, 3)) await renderer.batch(batch);
    await renderer.close();
    isClosed = true;
    await expect(renderer.end()).rejects.toThrow('The thread that renders a result ended before it.');
    expect(late).toBe(0);
  });
});
