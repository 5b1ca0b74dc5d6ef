/** Strangers by address: who has to wait, for how long, and that nobody else has to. */
import { describe, expect, it } from 'vitest';
import { createRateLimit } from '../../../src/server/sso/rate-limit.js';

function limited(addressesMax = 100) {
  let now = 0;
  const limit = createRateLimit({ burst: 3, refillMs: 1000, addressesMax, nowMs: () => now });
  return {
    pass: (ms: number) => {
      now += ms;
    },
    tries: (peer: string, times = 1) =>
      Array.from({ length: times }, () => {
        try {
          limit.take(peer);
          return 'ok';
        } catch (error) {
          return error instanceof Error ? error.message : '';
        }
      }),
  };
}

describe('the rate limit', () => {
  it('lets a burst through and then one for each refill', () => {
    const { tries, pass } = limited();
    expect(tries('192.0.2.1:1', 4)).toEqual(['ok', 'ok', 'ok', expect.stringContaining('Try again in 1 s')]);
    pass(1000);
    expect(tries('192.0.2.1:2', 2)).toEqual(['ok', expect.stringContaining('Too many')]);
    pass(60_000);
    expect(tries('192.0.2.1:3', 4).slice(0, 3)).toEqual(['ok', 'ok', 'ok']);
  });
  it('does not count refused requests', () => {
    const { tries, pass } = limited();
    tries('192.0.2.1:1', 1000);
    pass(1000);
    expect(tries('192.0.2.1:1')).toEqual(['ok']);
  });
  it('knows addresses apart, and takes a network of 64 bits of IPv6 for one', () => {
    const { tries } = limited();
    tries('192.0.2.1:1', 3);
    expect(tries('192.0.2.2:1')).toEqual(['ok']);
    expect(tries('::ffff:192.0.2.1:1')).not.toEqual(['ok']);
    tries('2001:db8:0:7::1:5000', 3);
    expect(tries('2001:db8:0:7:aaaa:bbbb:cccc:dddd:5000')).not.toEqual(['ok']);
    expect(tries('2001:db8:0:8::1:5000')).toEqual(['ok']);
    expect(tries('::1:5000')).toEqual(['ok']);
  });
  it('remembers so many addresses and forgets the one that was longest quiet', () => {
    const { tries } = limited(2);
    tries('192.0.2.1:1', 3);
    tries('192.0.2.2:1', 3);
    tries('192.0.2.3:1', 1);
    expect(tries('192.0.2.2:1')).not.toEqual(['ok']);
    expect(tries('192.0.2.1:1')).toEqual(['ok']);
  });
});
