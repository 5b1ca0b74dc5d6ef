"""Small statements by DuckDB's Python package in process: each client is a connection and a thread of its own, opened
and asked before anything is counted."""
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


def run(cursors, seconds):
    start = time.perf_counter()
    counts = list(clients.map(lambda cursor: run_until(start + seconds, cursor), cursors))
    return sum(counts) / (time.perf_counter() - start)


with duckdb.connect(job["database"], read_only=True) as database:
    cursors = [database.cursor() for _ in range(job["clients"])]
    with ThreadPoolExecutor(job["clients"]) as clients:
        run(cursors, job["seconds"] / 2)
        print(json.dumps({"perSecond": run(cursors, job["seconds"])}))
