/** Reads `--database-grant` and `--default-access`. */
import type { DatabaseGrant } from '../model/database-grant.js';
import { foldName } from '../model/fold-name.js';
import type { DatabaseGrantLevel } from '../model/rights.js';
import { usage } from './usage.js';

/** `DATABASE:PRINCIPAL=LEVEL` each; undefined where none is given. Throws USAGE for what cannot be meant. */
export function parseDatabaseGrants(
  texts: readonly string[] | undefined,
): readonly DatabaseGrant[] | undefined {
  if (texts === undefined || texts.length === 0) return undefined;
  const grants = texts.map(parseGrant);
  for (const grant of grants) refuseNarrowing(grant, grants);
  return grants;
}

function parseGrant(text: string): DatabaseGrant {
  const [, database = '', principal = '', level = ''] = /^([^:]+):(.+)=([^=]*)$/s.exec(text) ?? [];
  if (database === '' || !isLevel(level)) {
    throw usage(
      `--database-grant ${text}: write DATABASE:PRINCIPAL=LEVEL, such as sales:ann=read-only. Levels are none, read-only, read-write and admin; * stands for every database or everybody.`,
    );
  }
  return { database, principal, level };
}

/** The highest level counts, so a lower one beside it would be read as a limit and be none. */
function refuseNarrowing(grant: DatabaseGrant, all: readonly DatabaseGrant[]): void {
  const higher = all.find(
    (other) =>
      (other.database === '*' || foldName(other.database) === foldName(grant.database)) &&
      (other.principal === '*' || other.principal === grant.principal) &&
      LEVELS.indexOf(other.level) > LEVELS.indexOf(grant.level),
  );
  if (higher === undefined) return;
  throw usage(
    `--database-grant ${print(grant)} limits nothing, because ${print(higher)} gives more and the highest level counts. Take one of them away.`,
  );
}

function print({ database, principal, level }: DatabaseGrant): string {
  return `${database}:${principal}=${level}`;
}

const LEVELS: readonly DatabaseGrantLevel[] = ['none', 'read-only', 'read-write', 'admin'];

function isLevel(text: string): text is DatabaseGrantLevel {
  return (LEVELS as readonly string[]).includes(text);
}

/** `all` where nothing is said. Throws USAGE for any other word. */
export function parseDefaultAccess(text: string | undefined): 'none' | 'all' {
  if (text === undefined || text === 'all') return 'all';
  if (text === 'none') return 'none';
  throw usage(`--default-access ${text}: choose none or all.`);
}
