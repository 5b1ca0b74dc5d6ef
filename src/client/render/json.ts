/** JSON: one array of objects (`json`), or one object a line (`jsonl`). Both stream. */
import type { ArrowSchema } from '../../flight/ipc/types.js';
import type { ReceivedBatch } from '../result/result.js';
import { uniqueNames } from '../rows/unique-names.js';
import { createJsonWriter } from './cells/json-value.js';
import { nullTest } from './cells/nested-slots.js';
import type { Renderer, RenderOptions, TextSink } from './renderer.js';
import { RowStream } from './row-stream.js';

export function createJsonRenderer(sink: TextSink, { continued }: RenderOptions): Renderer {
  return new JsonRenderer(sink, { open: '[', between: ',\n', close: ']\n' }, continued);
}

/** One object a line. */
export function createJsonlRenderer(sink: TextSink, { continued }: RenderOptions): Renderer {
  return new JsonRenderer(sink, { open: '', between: '\n', close: '\n' }, continued);
}

interface Frame {
  readonly open: string;
  readonly between: string;
  readonly close: string;
}

class JsonRenderer implements Renderer {
  readonly #stream: RowStream;
  readonly #frame: Frame;
  #labels: readonly string[] = [];
  #hasRows: boolean;

  constructor(sink: TextSink, frame: Frame, continued = false) {
    this.#stream = new RowStream(sink);
    this.#frame = frame;
    this.#hasRows = continued;
  }

  begin(schema: ArrowSchema): void {
    this.#labels = uniqueNames(schema.fields.map(({ name }) => name)).map(
      (name, i) => `${i === 0 ? '{' : ','}${JSON.stringify(name)}:`,
    );
    if (!this.#hasRows) this.#stream.out.ascii(this.#frame.open);
  }

  async batch(batch: ReceivedBatch): Promise<void> {
    const { out } = this.#stream;
    const cells = batch.columns.map((column, i) => {
      const label = Buffer.from(this.#labels[i] ?? '');
      return { label, isNull: nullTest(column), write: createJsonWriter(column) };
    });
    await this.#stream.rows(batch, (row) => {
      if (this.#hasRows) out.ascii(this.#frame.between);
      this.#hasRows = true;
      for (const { label, isNull, write } of cells) {
        out.copy(label, 0, label.length);
        if (isNull(row)) out.ascii('null');
        else write(out, row);
      }
      out.ascii(cells.length === 0 ? '{}' : '}');
    });
    await this.#stream.flush();
  }

  end(): Promise<void> {
    if (this.#hasRows || this.#frame.open !== '') this.#stream.out.ascii(this.#frame.close);
    return this.#stream.flush();
  }
}
