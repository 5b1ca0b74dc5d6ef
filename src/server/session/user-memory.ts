/**
 * What one user makes the server hold: messages that have not come whole, parameters, and results that wait to be fetched.
 * Sessions have limits of their own, and calls; but a user may have thousands of both.
 */
import { totalmem } from 'node:os';
import { GizmoError } from '../../errors.js';
import type { Principal } from '../model/principal.js';
import { userOf } from './session-places.js';

export interface UserMemory {
  /** Something of this user's that takes memory; nothing as yet. */
  hold(principal: Principal): Held;
}

export interface Held {
  /** It takes so many bytes now; 0: it is gone. Throws RESOURCE_EXHAUSTED where it grows beyond what its user may have. */
  set(bytes: number): void;
}

/** @param bytesMax of one user */
export function createUserMemory(bytesMax: number = BYTES_MAX): UserMemory {
  const byUser = new Map<string, number>();
  return {
    hold(principal) {
      const user = userOf(principal);
      let held = 0;
      return {
        set(bytes) {
          if (bytes === held) return;
          const all = (byUser.get(user) ?? 0) + bytes - held;
          if (bytes > held && all > bytesMax) throw tooMuch(principal, bytesMax);
          held = bytes;
          if (all === 0) byUser.delete(user);
          else byUser.set(user, all);
        },
      };
    },
  };
}

/** A quarter of the memory, but one message of the largest that there can be, and some more. */
const BYTES_MAX = Math.max(2 ** 31 + 2 ** 29, Math.floor(memoryBytes() / 4));

/** Of the machine, or what the operating system lets this process have of it. */
function memoryBytes(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(totalmem(), constrained) : totalmem();
}

function tooMuch({ name }: Principal, bytesMax: number): GizmoError {
  return new GizmoError(
    'RESOURCE_EXHAUSTED',
    `What ${name} sends at the same time, and lets wait, exceeds ${Math.floor(bytesMax / 1024 / 1024)} MiB. Send smaller batches, or let some calls end first.`,
  );
}
