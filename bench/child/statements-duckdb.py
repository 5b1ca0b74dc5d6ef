"""Small statements by DuckDB's Python package in process: each client is a connection and a thread of its own."""
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import duckdb

job = json.loads(sys.argv[1])


def run_until(end, cursor):
    count = 0
    while time.perf_counter() < end:
        if len(cursor.execute(job["sql"]).fetchall()) != 1:
            raise ValueError("one row expected")
        count += 1
    return count


with duckdb.connect(job["database"], read_only=True) as database:
    start = time.perf_counter()
    with ThreadPoolExecutor(job["clients"]) as clients:
        cursors = [database.cursor() for _ in range(job["clients"])]
        counts = list(clients.map(lambda cursor: run_until(start + job["seconds"], cursor), cursors))
    print(json.dumps({"perSecond": sum(counts) / (time.perf_counter() - start)}))
