/** The exact lines by which others reach a quickstart's server: each runs as it is printed. */

/** What the lines are made of. */
export interface ConnectionFacts {
  readonly host: string;
  readonly port: number;
  /** How this program was started, ready for a shell, such as `gizmo`. */
  readonly program: string;
  /** The file with the token, so that no secret is shown, copied or kept in a history. */
  readonly runtimeFile: string;
}

/** One command line for another terminal of the same user. */
export function shellLine({ host, port, program }: ConnectionFacts): string {
  return `${program} client --host ${host} --port ${port}`;
}

/** A Python program that connects by ADBC and asks one question. */
export function pythonLines({ host, port, runtimeFile }: ConnectionFacts): string[] {
  return [
    'import json, adbc_driver_flightsql.dbapi as flight_sql',
    `server = json.load(open(${JSON.stringify(runtimeFile)}))`,
    'login = {"username": server["user"], "password": server["token"]}',
    'login["adbc.flight.sql.client_option.tls_root_certs"] = server["roots"]',
    `connection = flight_sql.connect("grpc+tls://${host}:${port}", db_kwargs=login, autocommit=True)`,
    'cursor = connection.cursor()',
    'cursor.execute("show tables")',
    'print(cursor.fetchall())',
  ];
}
