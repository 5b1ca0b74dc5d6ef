"""Loads batches that are in memory with the ADBC driver for Flight SQL (Go) into a new table."""
import json
import sys
import time

import adbc_driver_flightsql.dbapi as flight_sql
import pyarrow

job = json.loads(sys.argv[1])


def connect(server):
    options = {"adbc.flight.sql.authorization_header": f"Bearer {server['token']}"}
    return flight_sql.connect(f"grpc://{server['host']}:{server['port']}", db_kwargs=options, autocommit=True)


with connect(job["source"]) as connection, connection.cursor() as cursor:
    cursor.execute(f"from lineitem limit {job['rows']}")
    table = cursor.fetch_arrow_table()
# As large as the batches of other writers are.
batches = table.combine_chunks().to_batches(max_chunksize=8192)
with connect(job["target"]) as connection, connection.cursor() as cursor:
    cursor.adbc_ingest("warm_up", table.slice(0, 100_000), mode="replace")
    reader = pyarrow.RecordBatchReader.from_batches(table.schema, batches * job["copies"])
    start = time.perf_counter()
    taken = cursor.adbc_ingest("target", reader, mode="replace")
    seconds = time.perf_counter() - start
    if taken != job["rows"] * job["copies"]:
        raise ValueError(f"the server took {taken} rows")
    cursor.execute("drop table target")
print(json.dumps({"seconds": seconds}))
