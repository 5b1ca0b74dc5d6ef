"""Reads one result to its end with the ADBC driver for Flight SQL (Go), looking at every batch and no cell."""
import json
import sys
import time

import adbc_driver_flightsql.dbapi as flight_sql

job = json.loads(sys.argv[1])
server = job["server"]
options = {"adbc.flight.sql.authorization_header": f"Bearer {server['token']}"} if server.get("token") else {}
with flight_sql.connect(f"grpc://{server['host']}:{server['port']}", db_kwargs=options, autocommit=True) as connection:
    with connection.cursor() as cursor:
        cursor.execute(job["warmUp"])
        cursor.fetch_arrow_table()
        start = time.perf_counter()
        cursor.execute(job["sql"])
        rows = sum(batch.num_rows for batch in cursor.fetch_record_batch())
        seconds = time.perf_counter() - start
print(json.dumps({"rows": rows, "seconds": seconds}))
