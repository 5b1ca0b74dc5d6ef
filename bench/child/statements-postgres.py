"""Small statements of PostgreSQL by psycopg: each client is a connection and a thread of its own, opened and asked
before anything is counted."""
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg

job = json.loads(sys.argv[1])


def run_until(end, connection):
    count = 0
    while time.perf_counter() < end:
        if len(connection.execute(job["sql"]).fetchall()) != 1:
            raise ValueError("one row expected")
        count += 1
    return count


def connect(_):
    return psycopg.connect(f"host=127.0.0.1 port={job['port']} user=postgres dbname=postgres", autocommit=True)


def run(connections, seconds):
    start = time.perf_counter()
    counts = list(clients.map(lambda connection: run_until(start + seconds, connection), connections))
    return sum(counts) / (time.perf_counter() - start)


connections = [connect(i) for i in range(job["clients"])]
with ThreadPoolExecutor(job["clients"]) as clients:
    run(connections, job["seconds"] / 2)
    print(json.dumps({"perSecond": run(connections, job["seconds"])}))
