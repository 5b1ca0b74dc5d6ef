/**
 * The tables of the server's own state, step by step: what a database of version n needs to become one of n + 1.
 * Steps are only ever appended. Times are milliseconds since the epoch.
 */
export const MIGRATIONS: readonly (readonly string[])[] = [
  [
    `create table users (
       name varchar primary key, -- as it was written
       role varchar not null,
       password varchar not null, -- a hash with its parameters and salt
       generation varchar not null, -- another one with each password: session tokens of before name the old one
       created_ms bigint not null
     )`,
    // Of names, whether or not a user has them: people known only to an identity provider.
    'create table suspensions (name varchar primary key, since_ms bigint not null)',
    `create table tokens (
       id varchar primary key, -- the beginning of the token, to find it by
       digest blob not null, -- SHA-256 of the whole token
       owner varchar not null,
       role varchar not null,
       created_ms bigint not null,
       expires_ms bigint -- null: never
     )`,
  ],
  [
    `create table grants (
       key varchar primary key, -- what makes two grants the same
       grantee_kind varchar not null,
       grantee varchar not null,
       privilege varchar not null,
       catalog varchar not null,
       schema_name varchar not null, -- empty: the whole catalog
       table_name varchar not null, -- empty: the whole schema
       column_names varchar not null, -- a JSON list; empty: all columns
       grantor varchar not null,
       since_ms bigint not null
     )`,
    'create table governed_catalogs (catalog varchar primary key)',
  ],
  // Until no token can name them any more.
  ['create table ended_sessions (id varchar primary key, expires_ms bigint not null)'],
  [
    `create table policies (
       key varchar primary key, -- its table and name, letter case ignored
       name varchar not null,
       catalog varchar not null,
       schema_name varchar not null,
       table_name varchar not null,
       grantees varchar not null, -- a JSON list
       condition varchar not null,
       author varchar not null,
       since_ms bigint not null
     )`,
  ],
  // Views and macros that run with the rights of the administrators who made them.
  [
    `create table lent_views (
       key varchar primary key, -- what makes two of them the same
       kind varchar not null,
       catalog varchar not null,
       schema_name varchar not null,
       name varchar not null,
       definition varchar not null, -- as the database had it
       body varchar not null, -- with every name in full
       details varchar not null, -- JSON: parameters, reads, calls
       owner varchar not null,
       since_ms bigint not null
     )`,
  ],
];
