import { setFlagsFromString } from 'node:v8';
import { describe, expect, test } from 'vitest';
import { LightAbort } from '../../src/flight/light-abort.js';
import { linkSignals } from '../../src/flight/signal.js';

setFlagsFromString('--allow-natives-syntax');
const haveSameHiddenClass = new Function('a', 'b', 'return %HaveSameMap(a, b)') as (
  a: object,
  b: object,
) => boolean;

describe('a light abort', () => {
  test('tells each listener once, with its reason', () => {
    const controller = new LightAbort();
    const { signal } = controller;
    const heard: string[] = [];
    const listener = () => heard.push(`twice added, ${signal.reason}`);
    signal.addEventListener('abort', listener);
    signal.addEventListener('abort', listener, { once: true });
    signal.addEventListener('abort', { handleEvent: ({ type }: Event) => heard.push(type) });
    signal.onabort = () => heard.push('onabort');
    controller.abort('first');
    controller.abort('second');
    expect(heard).toEqual(['onabort', 'twice added, first', 'abort']);
    expect(signal.aborted).toBe(true);
    expect(() => signal.throwIfAborted()).toThrow('first');
  });

  test('tells nobody who was removed, be it by another listener, and nobody who came too late', () => {
    const controller = new LightAbort();
    const { signal } = controller;
    const heard: string[] = [];
    const removed = () => heard.push('removed');
    const removedMeanwhile = () => heard.push('removed meanwhile');
    signal.addEventListener('abort', removed);
    signal.removeEventListener('abort', removed);
    signal.addEventListener('abort', () => signal.removeEventListener('abort', removedMeanwhile));
    signal.addEventListener('abort', removedMeanwhile);
    controller.abort('over');
    signal.addEventListener('abort', () => heard.push('late'));
    expect(heard).toEqual([]);
  });

  test('has the reason that Node gives where there is none', () => {
    const controller = new LightAbort();
    controller.abort();
    expect(controller.signal.reason).toMatchObject({ name: 'AbortError' });
  });

  test('can be linked with others', () => {
    const controller = new LightAbort();
    const link = linkSignals([new AbortController().signal, controller.signal]);
    controller.abort('over');
    expect(link.signal.aborted).toBe(true);
  });

  test('one signal is of the hidden class of another, which those of Node are not', () => {
    expect(haveSameHiddenClass(new LightAbort().signal, new LightAbort().signal)).toBe(true);
  });
});
