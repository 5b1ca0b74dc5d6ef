/** What somebody does in a session, and what an administrator does meanwhile. */
import fc from 'fast-check';
import { changes } from './changes.js';
import type { Door } from './doors.js';
import { namesFor } from './names.js';
import type { Who } from './principals.js';
import { ingestRequest, metadataRequest } from './requests.js';
import { statements } from './statements.js';

/** What is sent, and how. */
export type Step = readonly [text: string, door: Door | 'change'];

/** @param outside the directory of files that nobody may reach */
export function stepOf(who: Who, outside: string): fc.Arbitrary<Step> {
  const bySql = fc.tuple(
    statements(namesFor(who.reads, who.writes), outside),
    fc.constantFrom<Door[]>('query', 'query', 'query', 'update', 'prepared', 'bound', 'exchange', 'kept'),
  );
  return fc.oneof(
    { weight: 30, arbitrary: bySql },
    { weight: 1, arbitrary: fc.tuple(metadataRequest, fc.constant<Door>('metadata')) },
    { weight: 1, arbitrary: fc.tuple(ingestRequest, fc.constant<Door>('ingest')) },
    { weight: 2, arbitrary: fc.constant<Step>(['', 'again']) },
    { weight: 2, arbitrary: fc.tuple(changes, fc.constant('change' as const)) },
  );
}
