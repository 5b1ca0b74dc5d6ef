/** One line on a terminal that says what is being waited for; silent where nobody looks. */

export interface Progress {
  /** Shows `text`, with the seconds since behind it, until the next call. */
  show(text: string): void;
  /** Wipes the line. */
  clear(): void;
}

/** Writes to `stream` only where it is a terminal. */
export function createProgress(stream: NodeJS.WriteStream, nowMs: () => number): Progress {
  if (!stream.isTTY) return { show() {}, clear() {} };
  let timer: NodeJS.Timeout | undefined;
  return {
    show(text) {
      clearInterval(timer);
      const start = nowMs();
      const paint = () => {
        const seconds = (nowMs() - start) / 1000;
        const clock = seconds < 1 ? '' : ` ${seconds.toFixed(0)} s`;
        stream.write(`${WIPE}${`${text} …${clock}`.slice(0, Math.max(0, stream.columns - 1))}`);
      };
      paint();
      timer = setInterval(paint, REPAINT_MS);
    },
    clear() {
      if (timer === undefined) return;
      clearInterval(timer);
      timer = undefined;
      stream.write(WIPE);
    },
  };
}

const WIPE = '\r\u001b[K';
const REPAINT_MS = 250;
