import { describe, expect, it } from 'vitest';
import { redactSql } from '../../../src/server/statement/redact-sql.js';

describe('redactSql', () => {
  it.each([
    [
      "create secret s (type s3, key_id 'AKIA', secret 'xyz')",
      "create secret s (type s3, key_id '***', secret '***')",
    ],
    ['CREATE TEMPORARY SECRET s (SECRET $$xyz$$)', "CREATE TEMPORARY SECRET s (SECRET '***')"],
    ["prepare p as create secret (secret 'x')", "prepare p as create secret (secret '***')"],
    ["select 1; create user ann password 'geheim'", "select 1; create user ann password '***'"],
    ["attach 'postgres:user=a password=b' as pg", "attach '***' as pg"],
    ["create secret (secret 'unclosed", "create secret (secret '***'"],
  ])('hides literals in %s', (sql, logged) => {
    expect(redactSql(sql)).toBe(logged);
  });

  it('leaves other statements as they are', () => {
    const sql = "select 'a', count(*) from t where b = 'c' -- it's fine";
    expect(redactSql(sql)).toBe(sql);
  });
});
