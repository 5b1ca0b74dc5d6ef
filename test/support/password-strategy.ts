/** The password strategy with nothing around it: one administrator, no stored users, no waiting. */
import type { Strategy } from '../../src/server/auth/authenticator.js';
import { createFairQueue } from '../../src/server/auth/fair-queue.js';
import { createLoginDelay } from '../../src/server/auth/login-delay.js';
import { createPasswordStrategy, type PasswordOptions } from '../../src/server/auth/password.js';

export function passwordStrategy(
  username: string,
  secret: string,
  more: Partial<PasswordOptions> = {},
): Strategy {
  return createPasswordStrategy({
    administrators: [{ username, secret, method: 'password' }],
    accounts: undefined,
    delay: createLoginDelay(Date.now, async () => undefined),
    hashing: createFairQueue({ atOnce: 2, waitingEachMax: 100, waitingAddressMax: 100, waitingMax: 100 }),
    ...more,
  });
}
