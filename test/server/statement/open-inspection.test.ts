import { expect, it } from 'vitest';
import type { Rights } from '../../../src/server/model/rights.js';
import type { Session } from '../../../src/server/session/session.js';
import { openInspection } from '../../../src/server/statement/open-inspection.js';

const FACTS = { opaque: undefined, reads: [], writes: [], functions: [], settings: [], effects: [] };

function begin() {
  const ends: string[] = [];
  let rights: Rights = { role: 'user' };
  const session = { principal: {}, engine: { endScope: async (how: string) => void ends.push(how) } };
  const access = { rightsOf: () => rights };
  const inspection = openInspection(access, session as unknown as Session, FACTS);
  return {
    ends,
    inspection,
    changeRights: () => {
      rights = { role: 'user' };
    },
  };
}

it('facts are used once, and the transaction is then whose who uses them', async () => {
  const { inspection, ends } = begin();
  expect(await inspection.use()).toBe(FACTS);
  expect(await inspection.use()).toBeUndefined();
  await inspection.giveUp();
  expect(ends).toEqual([]);
});

it('facts that belong to other rights are not used', async () => {
  const { inspection, ends, changeRights } = begin();
  changeRights();
  expect(await inspection.use()).toBeUndefined();
  expect(ends).toEqual(['rollback']);
});

it('what is given up is rolled back once and not used any more', async () => {
  const { inspection, ends } = begin();
  await inspection.giveUp();
  await inspection.giveUp();
  expect(await inspection.use()).toBeUndefined();
  expect(ends).toEqual(['rollback']);
});
