"""ADBC's bulk ingest. Each function is one test of adbc-ingest.e2e.test.ts and answers JSON."""
import datetime
import decimal
import json
import os
import sys
import threading

import adbc_driver_flightsql.dbapi as dbapi
import pyarrow

from adbc import connect

DATA = pyarrow.table({"id": [1, 2, 3], "name": ["a", "b", None]})


def failure(work):
    try:
        work()
    except dbapi.Error as error:
        return error.status_code.name
    return "no error"


def count(cursor, table):
    cursor.execute(f"select count(*) from {table}")
    return cursor.fetchone()[0]


def modes(server):
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("drop table if exists modes")
        answer = {"append to nothing": failure(lambda: cursor.adbc_ingest("modes", DATA, mode="append"))}
        for mode in ("create", "append", "create_append", "replace"):
            answer[mode] = [cursor.adbc_ingest("modes", DATA, mode=mode), count(cursor, "modes")]
        answer["create again"] = failure(lambda: cursor.adbc_ingest("modes", DATA, mode="create"))
        other = DATA.append_column("extra", pyarrow.array([1, 2, 3]))
        for mode in ("append", "create_append"):
            answer[f"{mode} what does not match"] = failure(lambda: cursor.adbc_ingest("modes", other, mode=mode))
        # With no batch at all the driver sends nothing, not even its command.
        nothing = pyarrow.RecordBatchReader.from_batches(DATA.schema, [DATA.to_batches()[0].slice(0, 0)])
        answer["replace by nothing"] = [cursor.adbc_ingest("modes", nothing, mode="replace"), count(cursor, "modes")]
        answer["not null"] = [
            cursor.adbc_ingest("modes", DATA.cast(pyarrow.schema([pyarrow.field("id", pyarrow.int64(), nullable=False), ("name", pyarrow.string())])), mode="replace"),
            failure(lambda: cursor.execute("insert into modes values (null, 'x')")),
        ]
        return answer


def places(server):
    with connect(server) as connection, connection.cursor() as cursor:

        def load(rows, **options):
            # A cursor remembers catalog and schema.
            with connection.cursor() as own:
                return own.adbc_ingest("places", DATA.slice(0, rows), **options)

        cursor.execute("attach if not exists ':memory:' as second")
        cursor.execute("create schema if not exists second.deep")
        load(3, mode="replace", catalog_name="second", db_schema_name="deep")
        load(2, mode="replace")
        load(1, mode="create", temporary=True)
        answer = {name: count(cursor, name) for name in ("second.deep.places", "memory.main.places", "temp.main.places")}
        answer["temporary again"] = failure(lambda: load(1, mode="create", temporary=True))
        with connect(server) as other, other.cursor() as elsewhere:
            answer["elsewhere"] = failure(lambda: elsewhere.execute("from temp.main.places"))
        answer["no such schema"] = failure(lambda: load(1, mode="create", db_schema_name="nowhere"))
        return answer


def types(server):
    day = datetime.datetime(2024, 2, 29)
    number = decimal.Decimal("1.5")
    columns = {
        "large_utf8": pyarrow.array(["x", None], pyarrow.large_string()),
        "utf8_view": pyarrow.array(["longer than twelve bytes", None], pyarrow.string_view()),
        "binary_view": pyarrow.array([b"x", None], pyarrow.binary_view()),
        "large_binary": pyarrow.array([b"x", None], pyarrow.large_binary()),
        "fixed_binary": pyarrow.array([b"abcd", None], pyarrow.binary(4)),
        "dictionary": pyarrow.array(["x", None]).dictionary_encode(),
        "run_end": pyarrow.RunEndEncodedArray.from_arrays([2], pyarrow.array(["r"])),
        "decimal32": pyarrow.array([number, None], pyarrow.decimal32(5, 1)),
        "decimal64": pyarrow.array([number, None], pyarrow.decimal64(12, 1)),
        "decimal256": pyarrow.array([number, None], pyarrow.decimal256(60, 1)),
        "negative_scale": pyarrow.array([decimal.Decimal("9900"), None], pyarrow.decimal128(2, -2)),
        "float16": pyarrow.array([1.5, None], pyarrow.float16()),
        "uint64": pyarrow.array([2**64 - 1, None], pyarrow.uint64()),
        "duration": pyarrow.array([5, None], pyarrow.duration("ms")),
        "month_day_nano": pyarrow.array([(1, 2, 3000), None], pyarrow.month_day_nano_interval()),
        "timestamp_s": pyarrow.array([day, None], pyarrow.timestamp("s")),
        "timestamp_ns": pyarrow.array([day, None], pyarrow.timestamp("ns")),
        "timestamp_zone": pyarrow.array([day, None], pyarrow.timestamp("ms", "Europe/Berlin")),
        "timestamp_offset": pyarrow.array([day, None], pyarrow.timestamp("us", "+02:00")),
        "time_ms": pyarrow.array([1, None], pyarrow.time32("ms")),
        "time_ns": pyarrow.array([1, None], pyarrow.time64("ns")),
        "date64": pyarrow.array([day.date(), None], pyarrow.date64()),
        "null": pyarrow.nulls(2),
        "list_view": pyarrow.array([[1, 2], None], pyarrow.list_view(pyarrow.int32())),
        "large_list": pyarrow.array([["a"], None], pyarrow.large_list(pyarrow.string())),
        "fixed_list": pyarrow.array([[1, 2], None], pyarrow.list_(pyarrow.int8(), 2)),
        "struct": pyarrow.array([{"a": 1}, None]),
        "map": pyarrow.array([[("k", 1)], None], pyarrow.map_(pyarrow.string(), pyarrow.int32())),
        "union": pyarrow.UnionArray.from_dense(
            pyarrow.array([0, 1], pyarrow.int8()),
            pyarrow.array([0, 0], pyarrow.int32()),
            [pyarrow.array([1]), pyarrow.array(["u"])],
            ["i", "s"],
        ),
        "uuid": pyarrow.array([bytes(range(16)), None], pyarrow.uuid()),
    }
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("set timezone = 'UTC'")
        answer = {}
        for name, column in columns.items():
            cursor.adbc_ingest("types", pyarrow.table({"i": [0, 1], "c": column}), mode="replace")
            cursor.execute("select typeof(c), c::varchar from types order by i")
            rows = cursor.fetchall()
            answer[name] = [rows[0][0], rows[0][1], rows[1][1]]
        return answer


def transactions(server):
    with connect(server, autocommit=False) as connection, connection.cursor() as cursor:
        cursor.execute("drop table if exists transactions")
        connection.commit()
        cursor.adbc_ingest("transactions", DATA, mode="create")
        inside = count(cursor, "transactions")
        connection.rollback()
        gone = failure(lambda: cursor.execute("from transactions"))
        connection.rollback()
        cursor.adbc_ingest("transactions", DATA, mode="create")
        cursor.adbc_ingest("transactions", DATA, mode="append")
        connection.commit()
    with connect(server) as connection, connection.cursor() as cursor:
        return {"inside": inside, "after rollback": gone, "after commit": count(cursor, "transactions")}


def cancel(server):
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("create or replace table cancel as select 0 as id, 'kept' as name")
        sent = threading.Event()

        def endless():
            batch = DATA.to_batches()[0]
            while True:
                yield batch
                sent.set()

        def stop():
            sent.wait()
            cursor.adbc_cancel()

        thread = threading.Thread(target=stop)
        thread.start()
        status = failure(
            lambda: cursor.adbc_ingest("cancel", pyarrow.RecordBatchReader.from_batches(DATA.schema, endless()), mode="append")
        )
        thread.join()
    with connect(server) as connection, connection.cursor() as cursor:
        return {"status": status, "rows": count(cursor, "cancel"), "afterwards": cursor.adbc_ingest("cancel", DATA, mode="append")}


def killed(server):
    """Ends as a client does that crashes in the middle of a load."""
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("create or replace table killed as select 0 as id, 'kept' as name")

        def some():
            for _ in range(1000):
                yield DATA.to_batches()[0]
            print(json.dumps("died"), flush=True)
            os._exit(0)

        cursor.adbc_ingest("killed", pyarrow.RecordBatchReader.from_batches(DATA.schema, some()), mode="append")


def after_killed(server):
    with connect(server) as connection, connection.cursor() as cursor:
        # Waits for the table where the load of the dead client has not been rolled back yet.
        cursor.adbc_ingest("killed", DATA.slice(0, 1), mode="append")
        return count(cursor, "killed")


def bad_source(server):
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("drop table if exists bad_source")

        def breaks():
            yield DATA.to_batches()[0]
            raise ValueError("the source broke")

        failed = failure(
            lambda: cursor.adbc_ingest("bad_source", pyarrow.RecordBatchReader.from_batches(DATA.schema, breaks()), mode="create")
        )
        return {"failed": failed != "no error", "afterwards": failure(lambda: cursor.execute("from bad_source"))}


def many(server):
    with connect(server) as connection, connection.cursor() as cursor:
        batch = pyarrow.record_batch({"i": pyarrow.array(range(100_000)), "s": pyarrow.array([f"row {i}" for i in range(100_000)])})
        batches = (batch for _ in range(40))
        loaded = cursor.adbc_ingest("many", pyarrow.RecordBatchReader.from_batches(batch.schema, batches), mode="replace")
        cursor.execute("select count(*), sum(i)::bigint, count(distinct s) from many")
        return [loaded, *cursor.fetchone()]


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]](json.loads(sys.argv[2]))))
