/** The built store, whose every call is a process, against gnome-keyring on a bus of its own: it works, is locked, has no collection, is absent, and does not answer. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ROOT } from '../../support/root.js';
import { hasKeychainPrograms, type SessionBus, startSessionBus } from '../../support/secret-service.js';

const AVAILABLE = hasKeychainPrograms();

type Module = typeof import('../../../src/client/credentials/keychain-store.js');
const built = pathToFileURL(join(ROOT, 'dist', 'client', 'credentials', 'keychain-store.js'));
const { keychainStore }: Module = await import(built.href);

/** The processes that touch the keychain inherit it. */
function enter(bus: SessionBus, address = bus.address): void {
  Object.assign(process.env, bus.env, { DBUS_SESSION_BUS_ADDRESS: address });
}

describe.runIf(AVAILABLE)('a keychain that is open', () => {
  let bus: SessionBus;
  beforeAll(async () => {
    bus = await startSessionBus();
    await bus.startKeyring('pass');
    enter(bus);
  });
  afterAll(() => bus.stop());

  it('keeps, replaces and forgets secrets, long ones and those of any script too', async () => {
    const store = keychainStore();
    expect(await store.read('db.example:31337')).toBeUndefined();
    for (const secret of ['one', 'ä漢🦆\n"\\\u0001', 'x'.repeat(1281), '🦆'.repeat(5000)]) {
      await store.write('db.example:31337', secret);
      expect(await store.read('db.example:31337')).toBe(secret);
    }
    expect(await store.read('other.example:31337')).toBeUndefined();
    expect([await store.delete('db.example:31337'), await store.delete('db.example:31337')]).toEqual([
      true,
      false,
    ]);
    expect(await store.read('db.example:31337')).toBeUndefined();
  });

  it('keeps in parts what is longer than an entry may be', async () => {
    const split = keychainStore(1280);
    const whole = keychainStore();
    const secret = 'ü🦆'.repeat(1500);
    await split.write('a', secret);
    expect(await whole.read('a')).toMatch(/^gizmo parts /);
    expect(await split.read('a')).toBe(secret);
    await split.write('a', 'short');
    expect(await whole.read('a')).toBe('short');
    expect(await split.delete('a')).toBe(true);
  });

  it('is used by two processes at once', async () => {
    const store = keychainStore();
    const names = ['a', 'b', 'c', 'd'];
    await Promise.all(names.map((name) => store.write(name, `secret of ${name}`)));
    expect(await Promise.all(names.map((name) => store.read(name)))).toEqual(
      names.map((name) => `secret of ${name}`),
    );
    expect(await Promise.all(names.map((name) => store.delete(name)))).toEqual([true, true, true, true]);
  });
});

describe.runIf(AVAILABLE)('a keychain that cannot be used says why, and what to do instead', () => {
  let bus: SessionBus;
  beforeEach(async () => {
    bus = await startSessionBus();
    enter(bus);
  });
  afterEach(() => bus.stop());

  async function expectRefusals(reason: string): Promise<void> {
    const store = keychainStore();
    const refusal = { code: 'UNAUTHENTICATED', message: expect.stringContaining(reason) };
    await expect(store.write('a', 'secret')).rejects.toMatchObject(refusal);
    await expect(store.write('a', 'secret')).rejects.toThrow('--credential-store file');
    await expect(store.write('a', 'secret')).rejects.toThrow(/^(?!.*secret)/);
    await expect(store.read('a')).rejects.toMatchObject(refusal);
    await expect(store.delete('a')).rejects.toMatchObject(refusal);
  }

  it('locked', async () => {
    await bus.startKeyring('pass');
    await keychainStore().write('a', 'kept');
    bus.lock();
    await expectRefusals('it is locked');
  });

  it('without a default collection', async () => {
    await bus.startKeyring();
    await expect(keychainStore().write('a', 'secret')).rejects.toThrow('it has no default collection');
    expect(await keychainStore().read('a')).toBeUndefined();
  });

  it('absent', () => expectRefusals('no keychain runs here'));

  it('without a session bus', async () => {
    delete process.env.DBUS_SESSION_BUS_ADDRESS;
    await expectRefusals('there is no session bus');
  });

  it('that takes the call and never answers', async () => {
    await bus.startKeyring('pass');
    bus.stall();
    await expect(keychainStore().read('a')).rejects.toThrow('it did not answer within 3 seconds');
    await expect(keychainStore().write('a', 'secret')).rejects.toThrow('it did not answer within 3 seconds');
  });

  it('behind a bus that says nothing at all', async () => {
    const path = join(bus.env.HOME ?? '', 'silent');
    const silent = createServer().listen(path);
    await once(silent, 'listening');
    enter(bus, `unix:path=${path}`);
    await expect(keychainStore().read('a')).rejects.toThrow('it did not answer within 3 seconds');
    silent.close();
  });
});
