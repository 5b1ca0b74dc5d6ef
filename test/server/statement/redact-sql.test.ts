import { describe, expect, it } from 'vitest';
import { redactError, redactSql } from '../../../src/server/statement/redact-sql.js';

describe('redactSql', () => {
  it.each([
    ["create secret s (type s3, key_id 'AKIA', secret 'xyz')", 'create secret s (***)'],
    ['CREATE TEMPORARY SECRET s (SECRET $$xyz$$)', 'CREATE TEMPORARY SECRET s (***)'],
    ["prepare p as create secret (secret 'x')", 'prepare p as create secret (***)'],
    ["select 1; create user ann password 'geheim'", "select 1; create user ann password '***'"],
    ["CREATE USER ann PASSWORD 'geheim' ROLE readonly", "CREATE USER ann PASSWORD '***' ROLE readonly"],
    ['alter /* x */ user ann password geheim', "alter /* x */ user ann password '***'"],
    ['alter user ann password "ge heim"', "alter user ann password '***'"],
    ["create user ann password 'it's secret' role user", "create user ann password '***' role user"],
    ["create user ann password 'a role b", "create user ann password '***'"],
    ["ALTER USER ann PASWORD 'geheim'", 'ALTER USER ann ***'],
    ["create user if not exists ann 'geheim'", 'create user if not exists ann ***'],
    ['alter user ann set pasword = geheim', 'alter user ann ***'],
    ["create user ann role user; select 'x'", "create user ann role user; select '***'"],
    ['select 1; create secret s (secret x)', 'select 1; create secret s (***)'],
    [
      "create table user (password varchar default 'x')",
      "create table user (password varchar default '***')",
    ],
    ["attach 'postgres:user=a password=b' as pg", "attach '***' as pg"],
    ['create secret s (type http, bearer_token abc)', 'create secret s (***)'],
    ["from 'https://user:pw@host/x.csv'", "from '***'"],
    ["set s3_secret_access_key = 'AKIA'", "set s3_secret_access_key = '***'"],
    ["SET motherduck_token='x'", "SET motherduck_token='***'"],
    ['create or replace user ann password "geheim"', "create or replace user ann password '***'"],
    ['alter role ann password "geheim"', "alter role ann password '***'"],
    ['alter role ann with login password "geheim"', 'alter role ann ***'],
    ['set password for ann = "geheim"', 'set password ***'],
    ['select 1; crate user ann password "geheim"', 'select 1; crate user ann password ***'],
    ['grant all on t to ann identified by geheim', 'grant all on t to ann identified ***'],
    ['select "password", passwd from t', 'select "password", passwd from t'],
    ["create secret (secret 'unclosed", 'create secret (***)'],
    ['select 1 -- password=geheim\nfrom t', 'select 1 -- ***\nfrom t'],
    [
      "/* report */ set s3_secret_access_key = 'a' /* was \"b\" */ -- set token = 'c'",
      "/* report */ set s3_secret_access_key = '***' /* *** */ -- ***",
    ],
    // What DuckDB takes for a text where it wants a value.
    ['set s3_secret_access_key = GEHEIM', 'set s3_secret_access_key = ***'],
    ['set session s3_session_token TO "GEHEIM"', 'set session s3_session_token TO "***"'],
    ['set global api_key=-98765', 'set global api_key=-***'],
    ["set http_proxy = 'me:geheim@proxy:3128'", "set http_proxy = '***'"],
    ['pragma add_parquet_key("k", geheim)', 'pragma add_parquet_key("***", ***)'],
    [
      'attach \'a.db\' as "a" (encryption_key geheim, read_only)',
      'attach \'***\' as "a" (encryption_key ***, read_only)',
    ],
    ['attach \'a.db\' (encryption_key "geheim")', 'attach \'***\' (encryption_key "***")'],
    [
      'copy (select key from t) to \'x\' (format parquet, encryption_config {footer_key: "geheim"})',
      'copy (select key from t) to \'***\' (format ***, encryption_config {***: "***"})',
    ],
    ["explain copy t from 'x' (encryption_key geheim)", "explain copy t from '***' (encryption_key ***)"],
    ['from "https://me:geheim@host/x.csv"', 'from "***"'],
    ['attach "postgres:host=x password=geheim" as pg', 'attach "***" as pg'],
    ["from read_csv('https://host/x.csv?sv=1&sig=geheim')", "from read_csv('***')"],
    ['create /* ( */ secret s (secret geheim)', 'create /* ( */ secret s (***)'],
    ['create secret s secret = geheim', 'create secret s secret (***)'],
    ['insert into people(password) values ("geheim")', 'insert into people(password) values ("***")'],
    ['from people where password = "geheim"', 'from people where password = "***"'],
  ])('hides values in %s', (sql, logged) => {
    expect(redactSql(sql)).toBe(logged);
  });

  it.each([
    ['many beginnings of a secret', 'create '.repeat(20_000) + 'secret '.repeat(20_000)],
    ['spaces behind a role', `alter user ann password x role admin${' '.repeat(200_000)}x`],
  ])('takes time in proportion to the text: %s', (_, sql) => {
    expect(redactSql(sql).length).toBeLessThanOrEqual(sql.length);
  });

  it('leaves other statements as they are', () => {
    for (const sql of [
      "select 'a', count(*) from t where b = 'c' -- it's fine",
      "SET GLOBAL gizmo_authorization_function = 'may_run'",
      'select t."key", a."key" = b."key", "password" from keys t group by "key" having count(*) > 3',
      'grant select (id, token) on sales.main.tokens to ann',
      'update tokens set used = true, id = 3 where id = 5',
      'create table keys (id integer, "key" varchar, amount decimal(10, 2))',
    ])
      expect(redactSql(sql)).toBe(sql);
    expect(redactSql("select 'Authorization: Bearer abc'")).toBe("select '***'");
  });
});

describe('redactError', () => {
  it.each([
    [
      'Missing Extension Error: File https://me:geheim@host/x.csv requires the extension httpfs',
      "from read_csv('https://me:geheim@host/x.csv')",
      'Missing Extension Error: File *** requires the extension httpfs',
    ],
    [
      'Invalid key geheim, at https://me:pw@host',
      "set api_key = 'geheim'",
      'Invalid key ***, at https://***@host',
    ],
    [
      'Syntax error near ""password=geheim""',
      'attach "password=geheim" as pg',
      'Syntax error near "***"***"***"',
    ],
    ['No such mode geheim', 'set api_key = geheim', 'No such mode ***'],
    ['IO Error: no', `select ${"'password', ".repeat(1001)}1`, '***'],
  ])('leaves out literals without quotes: %s', (message, text, told) => {
    expect(redactError(message, text)).toBe(told);
  });

  const sql = "create secret s (type s3, secret 'abcDEF', region 'us')";
  it('leaves out the excerpt, which may begin inside a literal, and quoted values', () => {
    const message = `Parser Error: syntax error at or near "abcDEF"\n\nLINE 1: ...abcDEF', region 'us', foo 'x'`;
    expect(redactError(message, sql)).toBe('Parser Error: syntax error at or near "***"');
  });
  it('takes time in proportion to the message', () => {
    const message = `Could not convert ${'\n'.repeat(400_000)}x`;
    expect(redactError(message, sql)).toBe(message);
  });
  it('leaves errors of other statements as they are', () => {
    expect(redactError('Catalog Error: "t" does not exist', 'from t')).toBe(
      'Catalog Error: "t" does not exist',
    );
  });
});
