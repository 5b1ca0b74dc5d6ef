"""Small statements by the ADBC driver for Flight SQL (Go): each client is a connection and a thread of its own."""
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


def run_until(end, database):
    count = 0
    with adbc_driver_manager.AdbcConnection(database) as connection:
        while time.perf_counter() < end:
            with adbc_driver_manager.AdbcStatement(connection) as statement:
                statement.set_sql_query(job["sql"])
                stream, _ = statement.execute_query()
                reader = pyarrow.RecordBatchReader._import_from_c(stream.address)
                if sum(batch.num_rows for batch in reader) != 1:
                    raise ValueError("one row expected")
            count += 1
    return count


def run(database, seconds):
    start = time.perf_counter()
    with ThreadPoolExecutor(job["clients"]) as clients:
        counts = list(clients.map(lambda _: run_until(start + seconds, database), range(job["clients"])))
    return sum(counts) / (time.perf_counter() - start)


with adbc_driver_flightsql.connect(f"grpc://{server['host']}:{server['port']}", db_kwargs=options) as database:
    run(database, job["seconds"] / 2)
    print(json.dumps({"perSecond": run(database, job["seconds"])}))
