/** SIGTERM and SIGHUP end the client as they end others, but its session does not stay behind until its idle time. */

/** How long a server may take to close the session before the client ends without that. */
const CLOSING_MS_MAX = 2000;

/** Closes with `close` when such a signal comes, and then ends the process by it; a second one ends it at once. */
export function closeOnSignal(close: () => Promise<void>): SignalWatch {
  let signalled = false;
  const dispose = (): void => {
    for (const it of SIGNALS) process.off(it, onSignal);
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    signalled = true;
    dispose();
    const end = (): void => void process.kill(process.pid, signal);
    setTimeout(end, CLOSING_MS_MAX);
    close().then(end, end);
  };
  for (const it of SIGNALS) process.on(it, onSignal);
  return {
    async done() {
      dispose();
      // What has failed by the closing is not to be told: the process ends in a moment.
      if (signalled) await new Promise<never>(() => undefined);
    },
  };
}

export interface SignalWatch {
  /** Resolves, and watches no more, unless a signal has come. */
  done(): Promise<void>;
}

const SIGNALS = ['SIGTERM', 'SIGHUP'] as const;
