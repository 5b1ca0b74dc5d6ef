/**
 * Turns in which long results are read on. Each fetch keeps a core busy for about a millisecond, and does so in a thread
 * of libuv: as many at once as there are long reads, and a small statement, which changes threads several times, waits
 * behind all of them each time. Those that wait lose little, because DuckDB's own threads fill their buffers meanwhile.
 */

/** One fetch of a long result. */
export interface Turn {
  /** Undefined where it may be made at once; else resolves when it may, or has been given up. */
  readonly ready: Promise<void> | undefined;
  /** To be called when the fetch has been made, and as well where it is not to be made any more. Idempotent. */
  end(): void;
}

/** At most `turnsMax` fetches at a time, in the order they came; one that takes long does not hold up the others. */
export class ReadTurns {
  readonly #turnsMax: number;
  /** Whether it had its turn already when the timer ran last. */
  readonly #taken = new Map<Turn, boolean>();
  readonly #waiting = new Map<Turn, () => void>();
  #timer: NodeJS.Timeout | undefined;

  constructor(turnsMax: number) {
    this.#turnsMax = turnsMax;
  }

  take(): Turn {
    let ready: Promise<void> | undefined;
    const turn: Turn = {
      get ready() {
        return ready;
      },
      end: () => this.#end(turn),
    };
    if (this.#taken.size < this.#turnsMax) this.#taken.set(turn, false);
    else {
      ready = new Promise((resolve) => this.#waiting.set(turn, resolve));
      this.#timer ??= setInterval(() => this.#passOverLong(), PATIENCE_MS);
    }
    return turn;
  }

  #end(turn: Turn): void {
    this.#taken.delete(turn);
    this.#waiting.get(turn)?.();
    this.#waiting.delete(turn);
    this.#serve();
  }

  #serve(): void {
    for (const [turn, resolve] of this.#waiting) {
      if (this.#taken.size >= this.#turnsMax) return;
      this.#waiting.delete(turn);
      this.#taken.set(turn, false);
      resolve();
    }
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** A statement may compute for minutes until it has its next rows. */
  #passOverLong(): void {
    for (const [turn, isLong] of this.#taken) {
      if (isLong) this.#taken.delete(turn);
      else this.#taken.set(turn, true);
    }
    this.#serve();
  }
}

/** A fetch is passed over after this time to twice as much; most take a tenth of it. */
const PATIENCE_MS = 10;
