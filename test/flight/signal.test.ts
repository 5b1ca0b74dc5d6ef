import { EventEmitter, getEventListeners } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { GizmoError } from '../../src/errors.js';
import { abortReason, linkSignals, signalOfCall } from '../../src/flight/signal.js';

afterEach(() => vi.useRealTimers());

describe('linked signals', () => {
  it('abort with the reason of the first source that aborts', () => {
    const [a, b] = [new AbortController(), new AbortController()];
    const { signal } = linkSignals([a.signal, undefined, b.signal]);
    const reason = new GizmoError('UNAVAILABLE', 'The server is shutting down.');
    b.abort(reason);
    a.abort(new GizmoError('CANCELLED', 'later'));
    expect(signal.reason).toBe(reason);
  });

  it('are aborted at once where a source is', () => {
    const reason = new GizmoError('CANCELLED', 'x');
    const other = new AbortController();
    const { signal } = linkSignals([other.signal, AbortSignal.abort(reason)], { timeoutMs: 1000 });
    expect(signal.reason).toBe(reason);
    expect(getEventListeners(other.signal, 'abort')).toEqual([]);
  });

  it('turn any other reason into CANCELLED and a timeout into DEADLINE_EXCEEDED', () => {
    expect(linkSignals([AbortSignal.abort('why')]).signal.reason).toMatchObject({ code: 'CANCELLED' });
    const timeout = AbortSignal.abort(new DOMException('x', 'TimeoutError'));
    expect(abortReason(timeout)).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  it('abort with DEADLINE_EXCEEDED when the time limit passes', () => {
    vi.useFakeTimers();
    const { signal } = linkSignals([], { timeoutMs: 1500 });
    vi.advanceTimersByTime(1499);
    expect(signal.aborted).toBe(false);
    vi.advanceTimersByTime(1);
    expect(signal.reason).toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      message: 'The time limit of 1500 ms has passed.',
    });
    expect(linkSignals([], { timeoutMs: 0 }).signal.reason).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  it('take no limit, and one longer than a timer can wait, for no limit', () => {
    vi.useFakeTimers();
    for (const timeoutMs of [undefined, Number.POSITIVE_INFINITY, 2 ** 31]) {
      const { signal } = linkSignals([], { timeoutMs });
      expect(vi.getTimerCount()).toBe(0);
      expect(signal.aborted).toBe(false);
    }
  });

  it('let more calls than ten wait for one source without a warning', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    const shutdown = new AbortController();
    for (let i = 0; i < 20; i++) linkSignals([shutdown.signal]);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });

  it('leave nothing behind when disposed of, or aborted', () => {
    vi.useFakeTimers();
    const shutdown = new AbortController();
    const links = Array.from({ length: 20 }, () => linkSignals([shutdown.signal], { timeoutMs: 1000 }));
    expect(getEventListeners(shutdown.signal, 'abort')).toHaveLength(20);
    for (const { dispose } of links.slice(1)) {
      dispose();
      dispose();
    }
    vi.advanceTimersByTime(1000);
    expect(links.map(({ signal }) => signal.aborted)).toEqual([true, ...new Array(19).fill(false)]);
    expect(getEventListeners(shutdown.signal, 'abort')).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('the signal of a call', () => {
  const makeCall = (deadline: number | Date, cancelled = false) =>
    Object.assign(new EventEmitter(), { cancelled, getDeadline: () => deadline });

  it('says whether the client left or its time was up', () => {
    for (const [deadline, code] of [
      [Number.POSITIVE_INFINITY, 'CANCELLED'],
      [Date.now() + 60_000, 'CANCELLED'],
      [new Date(0), 'DEADLINE_EXCEEDED'],
    ] as const) {
      const call = makeCall(deadline);
      const signal = signalOfCall(call);
      expect(signal.aborted).toBe(false);
      call.emit('cancelled');
      expect(signal.reason).toMatchObject({ code });
    }
  });

  it('is aborted where the call was over before', () => {
    expect(signalOfCall(makeCall(Number.POSITIVE_INFINITY, true)).aborted).toBe(true);
  });
});
