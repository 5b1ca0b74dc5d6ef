/**
 * The types of the library, as a program sees them: this file compiles, and each line below a `@ts-expect-error` does not.
 * `npm run typecheck` compiles it against the source, test/package against the installed package.
 */
import {
  type ArrowSchema,
  batchesOf,
  connect,
  type ErrorCode,
  type FlightSqlClient,
  field,
  GizmoError,
  type ResultStream,
  type Row,
  type SessionOptionValue,
  storedLogin,
  type Transaction,
  type Value,
} from 'gizmo-sql';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Compiles where A and B are the same type. */
function same<A, B>(_: Equal<A, B>): void {}

export async function connecting(): Promise<FlightSqlClient> {
  await connect();
  await connect('grpc+tls://db.example.com:31337', { token: 't' });
  await connect({ host: 'h', tls: { roots: new Uint8Array(0), pins: [] }, username: 'ann', password: 'x' });
  await connect(await storedLogin('db.example.com'));
  await connect({ ...(await storedLogin()), connectTimeoutMs: 1000 });
  // @ts-expect-error a login is named by a text
  await storedLogin({ host: 'h' });
  // @ts-expect-error a port is a number
  await connect({ port: '31337' });
  // @ts-expect-error there is no such option
  await connect({ hostname: 'h' });
  // @ts-expect-error the address comes first
  await connect({ token: 't' }, 'grpc://h:1');
  return connect({});
}

export async function querying(db: FlightSqlClient): Promise<void> {
  const untyped = await db.query('select 1 as a');
  same<typeof untyped, ResultStream<Row>>(true);
  for await (const row of untyped.rows()) same<(typeof row)[string], Value>(true);
  for await (const row of untyped.arrays()) same<typeof row, Value[]>(true);
  for await (const batch of untyped) same<typeof batch.length, number>(true);

  const typed = await db.query<{ id: bigint; name: string | null }>('select id, name from people');
  const rows = await typed.toArray();
  same<typeof rows, { id: bigint; name: string | null }[]>(true);
  // @ts-expect-error no cell is a Date: dates are text
  await db.query<{ day: Date }>('select day from sales');
  // @ts-expect-error there is no such column
  for await (const { nick } of typed.rows()) String(nick);

  same<Awaited<ReturnType<typeof db.execute>>, number | undefined>(true);
  await db.execute('insert into t values (?, ?)', { parameters: [1n, new Date()] });
  await db.execute('insert into t values ($a)', { parameters: { a: [1, null, { b: 'x' }] } });
  // @ts-expect-error a function is no value
  await db.execute('insert into t values (?)', { parameters: [() => 1] });
  // @ts-expect-error parameters come in a list or by name
  await db.execute('insert into t values (?)', { parameters: 1 });
  await db.query('select 1', {
    signal: AbortSignal.timeout(1),
    onProgress: (part) => same<typeof part, number | undefined>(true),
  });
}

export async function preparing(db: FlightSqlClient): Promise<void> {
  await using statement = await db.prepare<{ n: number }>('select ?::int as n');
  same<typeof statement.parameters, ArrowSchema | undefined>(true);
  const row = (await (await statement.query([1])).toArray()).at(0);
  same<typeof row, { n: number } | undefined>(true);
  await statement.executeMany([[1], { n: 2 }]);
}

export async function loading(db: FlightSqlClient, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  const schema = { fields: [field('id', { kind: 'int', bits: 64, signed: true })] };
  await db.ingest('t', batchesOf(schema, [{ id: 1n }, [2]]), { mode: 'append' });
  await db.ingest('t', bytes);
  await db.ingest('t', new Uint8Array(0));
  await db.ingest('t', await db.query('from other'));
  // @ts-expect-error rows need a schema: batchesOf makes batches of them
  await db.ingest('t', [{ id: 1n }]);
  // @ts-expect-error there is no such mode
  await db.ingest('t', bytes, { mode: 'upsert' });
  // @ts-expect-error an Arrow integer has 8, 16, 32 or 64 bits
  field('id', { kind: 'int', bits: 128, signed: true });
}

export async function transacting(db: FlightSqlClient): Promise<void> {
  const answer = await db.transaction(async (transaction) => {
    same<typeof transaction, Transaction>(true);
    await transaction.execute('delete from t');
    return 'done';
  });
  same<typeof answer, string>(true);
  await using transaction = await db.beginTransaction();
  await transaction.commit();
  // @ts-expect-error a transaction does not begin another
  await transaction.beginTransaction();
}

export async function looking(db: FlightSqlClient): Promise<void> {
  for await (const { catalog_name, table_name, table_schema } of (await db.getTables()).rows()) {
    same<typeof catalog_name, string | null>(true);
    same<typeof table_name, string>(true);
    same<typeof table_schema, Uint8Array | undefined>(true);
  }
  const options = await db.getSessionOptions();
  same<typeof options, ReadonlyMap<string, SessionOptionValue>>(true);
  await db.setSessionOptions({ schema: 'main', threads: 2n, list: ['a'], gone: undefined });
  // @ts-expect-error a table has a name
  await db.getPrimaryKeys({ schema: 'main' });
}

export function failing(error: unknown): boolean {
  if (!(error instanceof GizmoError)) return false;
  same<typeof error.code, ErrorCode>(true);
  // @ts-expect-error there is no such code
  return error.code === 'OOPS';
}
