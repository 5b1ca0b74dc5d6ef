"""Small statements by the ADBC driver for Flight SQL (Go): each client is a connection and a thread of its own, opened
and asked once before anything is counted."""
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import adbc_driver_flightsql
import adbc_driver_manager
import pyarrow

job = json.loads(sys.argv[1])
server = job["server"]
options = {"adbc.flight.sql.authorization_header": f"Bearer {server['token']}"} if server.get("token") else {}


def ask(connection):
    with adbc_driver_manager.AdbcStatement(connection) as statement:
        statement.set_sql_query(job["sql"])
        stream, _ = statement.execute_query()
        reader = pyarrow.RecordBatchReader._import_from_c(stream.address)
        if sum(batch.num_rows for batch in reader) != 1:
            raise ValueError("one row expected")


def open_client(database):
    connection = adbc_driver_manager.AdbcConnection(database)
    ask(connection)
    return connection


def run_until(end, connection):
    count = 0
    while time.perf_counter() < end:
        ask(connection)
        count += 1
    return count


def run(connections, seconds):
    start = time.perf_counter()
    counts = list(clients.map(lambda connection: run_until(start + seconds, connection), connections))
    return sum(counts) / (time.perf_counter() - start)


with adbc_driver_flightsql.connect(f"grpc://{server['host']}:{server['port']}", db_kwargs=options) as database:
    with ThreadPoolExecutor(job["clients"]) as clients:
        start = time.perf_counter()
        connections = list(clients.map(lambda _: open_client(database), range(job["clients"])))
        opening = time.perf_counter() - start
        # The first half as long again is not counted, until what runs often is compiled.
        run(connections, job["seconds"] / 2)
        print(json.dumps({"perSecond": run(connections, job["seconds"]), "secondsToOpen": opening}))
        for connection in connections:
            connection.close()
