import { describe, expect, it } from 'vitest';
import { addLatest, keepLatest } from '../src/keep-latest.js';

describe('entries held to a number', () => {
  it('drop the one that was put in first', () => {
    const entries = new Map([['a', 1]]);
    keepLatest(entries, 'b', 2, 2);
    keepLatest(entries, 'c', 3, 2);
    expect([...entries]).toEqual([
      ['b', 2],
      ['c', 3],
    ]);
  });

  it('drop none for one that is there, and put it behind the others', () => {
    const entries = new Map([
      ['a', 1],
      ['b', 2],
    ]);
    keepLatest(entries, 'a', 3, 2);
    expect([...entries]).toEqual([
      ['b', 2],
      ['a', 3],
    ]);
  });

  it('may be members of a set', () => {
    const members = new Set(['', 'b']);
    addLatest(members, 'b', 2);
    addLatest(members, 'c', 2);
    expect([...members]).toEqual(['b', 'c']);
  });
});
