"""What ADBC's driver and pyarrow.flight do with a session. Each function is a test of sessions.e2e.test.ts and answers JSON."""
import json
import sys
import threading
from itertools import zip_longest

import adbc_driver_flightsql
import adbc_driver_flightsql.dbapi as dbapi
import adbc_driver_manager
import pyarrow
import pyarrow.flight as flight


def uri(server):
    return f"grpc://{server['host']}:{server['port']}"


def connect(server, **options):
    login = {"username": server["user"], "password": server["token"]}
    return dbapi.connect(uri(server), db_kwargs=login, **options)


def count(server, table):
    with connect(server, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute(f"select count(*) from {table}")
        return cursor.fetchone()[0]


def commit_and_rollback(server):
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("create table commits (i integer)")
        cursor.execute("insert into commits values (1)")
        connection.commit()
        # The same text again: the driver keeps the statement it prepared in the transaction before.
        cursor.execute("insert into commits values (1)")
        connection.rollback()
        cursor.execute("insert into commits values (1)")
        inside = cursor.execute("select count(*) from commits").fetchone()[0]
        before = count(server, "commits")
        connection.commit()
        return {"inside": inside, "before": before, "after": count(server, "commits")}


def ingest_in_transaction(server):
    rows = pyarrow.table({"i": [1, 2, 3]})
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.adbc_ingest("ingested", rows)
        connection.rollback()
        cursor.execute("create table ingested (i bigint)")
        cursor.adbc_ingest("ingested", rows, mode="append")
        inside = cursor.execute("select count(*) from ingested").fetchone()[0]
        connection.commit()
        return {"inside": inside, "after": count(server, "ingested")}


def failed_transaction(server):
    with connect(server) as connection, connection.cursor() as cursor:
        try:
            cursor.execute("insert into no_such_table values (1)")
        except dbapi.Error as error:
            first = error.status_code.name
        try:
            cursor.execute("select 'x'::integer").fetchall()
        except dbapi.Error:
            pass
        connection.rollback()
        return {"first": first, "afterwards": cursor.execute("select 1").fetchone()}


def text_commit(server):
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("create table by_text (i integer)")
        cursor.execute("commit")
        cursor.execute("insert into by_text values (1)")
        connection.rollback()
        return count(server, "by_text")


def temporary_tables(server):
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("create temp table mine as select 5 as i")
        connection.commit()
        return cursor.execute("from mine").fetchall()


def toggled(server):
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("create table toggled (i integer)")
        connection.adbc_connection.set_autocommit(True)
        cursor.execute("insert into toggled values (1)")
        seen = count(server, "toggled")
        connection.adbc_connection.set_autocommit(False)
        cursor.execute("insert into toggled values (2)")
        connection.rollback()
        return {"seen": seen, "after": count(server, "toggled")}


def executemany_counts(server):
    with connect(server, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("create table many (i integer primary key, s varchar)")
        cursor.executemany("insert into many values (?, ?)", [(i, None if i % 2 else "x") for i in range(10)])
        counted = cursor.rowcount
        try:
            cursor.executemany("insert into many values (?, ?)", [(20, "y"), (5, "twice")])
        except dbapi.Error as error:
            status = error.status_code.name
        return {"counted": counted, "status": status, "rows": count(server, "many")}


def bound_types(server):
    with connect(server, autocommit=True) as connection, connection.cursor() as cursor:
        answers = [cursor.execute("select ? + 1", (value,)).fetchone()[0] for value in (1, 1.5)]
        answers += [str(cursor.execute("select ?", (value,)).fetchone()[0]) for value in ("x", 7, 2.5, None, b"z")]
        text = pyarrow.array(["a", "b", "a"]).dictionary_encode()
        view = pyarrow.array(["c", None, "e"]).cast(pyarrow.string_view())
        batch = pyarrow.record_batch({"1": text, "2": view})
        many = cursor.adbc_statement
        cursor.adbc_prepare("select upper($1), $2")
        many.bind(*reversed(batch.__arrow_c_array__()))
        stream, _ = many.execute_query()
        rows = pyarrow.RecordBatchReader._import_from_c(stream.address).read_all()
        return {"answers": answers, "rows": [list(row.values()) for row in rows.to_pylist()]}


def session_options(server):
    with connect(server, autocommit=True) as connection, connection.cursor() as cursor:
        first = [connection.adbc_current_catalog, connection.adbc_current_db_schema]
        cursor.execute("attach ':memory:' as elsewhere")
        cursor.execute("create schema elsewhere.inner_one")
        connection.adbc_current_catalog = "elsewhere"
        connection.adbc_current_db_schema = "inner_one"
        then = [connection.adbc_current_catalog, connection.adbc_current_db_schema]
        connection.adbc_connection.set_options(**{"adbc.flight.sql.session.option.TimeZone": "Asia/Tokyo"})
        zone = cursor.execute("select current_setting('timezone')").fetchone()[0]
        try:
            connection.adbc_current_catalog = "nowhere"
        except dbapi.Error as error:
            wrong = error.status_code.name
        return {"first": first, "afterwards": then, "zone": zone, "wrong": wrong}


def partitions(server):
    with connect(server, autocommit=True) as connection, connection.cursor() as cursor:
        parts, schema = cursor.adbc_execute_partitions("select i from range(1000) t(i)")
        with connect(server, autocommit=True) as other, other.cursor() as reader:
            reader.adbc_read_partition(parts[0])
            rows = reader.fetch_arrow_table().num_rows
        return {"parts": len(parts), "names": schema.names, "rows": rows}


def incremental(server):
    with connect(server, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.adbc_statement.set_options(**{"adbc.statement.exec.incremental": "true"})
        total = 0
        while True:
            parts, _ = cursor.adbc_execute_partitions("select sum(i * i % 7)::bigint as total from range(60000000) t(i)")
            for part in parts:
                with connection.cursor() as reader:
                    reader.adbc_read_partition(part)
                    total += reader.fetchone()[0]
            if not parts:
                break
        return total


def cancelled(server):
    with connect(server, autocommit=True) as connection, connection.cursor() as cursor:
        timer = threading.Timer(1, cursor.adbc_cancel)
        timer.start()
        try:
            cursor.execute("select sum(a.i * b.i) from range(10000000) a(i), range(10000000) b(i)")
            cursor.fetchall()
            status = None
        except dbapi.Error as error:
            status = error.status_code.name
        with connection.cursor() as next_one:
            return {"status": status, "afterwards": next_one.execute("select 1").fetchone()}


def two_cursors(server):
    with connect(server, autocommit=True) as connection, connection.cursor() as first, connection.cursor() as second:
        query = "select i, repeat('x', 250) from range(220000) t(i)"
        left = first.execute(query).fetch_record_batch()
        right = second.execute(query).fetch_record_batch()
        taken = ([], [])
        # One may have more batches than the other: none that was taken may be lost where the other one has ended.
        for batches in zip_longest(left, right):
            for numbers, batch in zip(taken, batches):
                numbers += batch.column(0).to_pylist() if batch else []
        return {
            "rows": [len(numbers) for numbers in taken],
            "in order": [numbers == list(range(len(numbers))) for numbers in taken],
        }


def pyarrow_session_options(server):
    with flight.FlightClient(f"grpc+tcp://{server['host']}:{server['port']}") as client:
        token = client.authenticate_basic_token(server["user"], server["token"])
        options = flight.FlightCallOptions(headers=[token])
        actions = sorted(action.type for action in client.list_actions(options))
        close = list(client.do_action(flight.Action("CloseSession", b""), options))
        return {"actions": actions, "closed": close[0].body.to_pybytes().hex()}


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]](json.loads(sys.argv[2]))))
