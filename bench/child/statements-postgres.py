"""Small statements of PostgreSQL by psycopg: each client is a connection and a thread of its own."""
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


connections = [connect(i) for i in range(job["clients"])]
start = time.perf_counter()
with ThreadPoolExecutor(job["clients"]) as clients:
    counts = list(clients.map(lambda connection: run_until(start + job["seconds"], connection), connections))
print(json.dumps({"perSecond": sum(counts) / (time.perf_counter() - start)}))
