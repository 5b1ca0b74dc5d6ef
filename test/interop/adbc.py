"""What people do with ADBC's Flight SQL driver. Each function is one test of adbc.e2e.test.ts and answers JSON."""
import json
import sys
import warnings
from collections import Counter

import adbc_driver_flightsql
import adbc_driver_flightsql.dbapi as dbapi
import adbc_driver_manager

AUTHORIZATION = adbc_driver_flightsql.DatabaseOptions.AUTHORIZATION_HEADER.value


def connect(server, **options):
    uri = f"grpc://{server['host']}:{server['port']}"
    login = {"username": server["user"], "password": server["token"]}
    return dbapi.connect(uri, db_kwargs=login, **({"autocommit": True} | options))


def select(server):
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("select 42 as answer, 'wörld' as text, null::integer as nothing, date '2024-02-29' as day")
        names = [column[0] for column in cursor.description]
        return {"names": names, "rows": [[str(value) for value in row] for row in cursor.fetchall()]}


def bearer(server):
    options = {AUTHORIZATION: f"Bearer {server['token']}"}
    with dbapi.connect(f"grpc://{server['host']}:{server['port']}", db_kwargs=options, autocommit=True) as connection:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
            return cursor.fetchone()


def wrong_password(server):
    try:
        connect(server | {"token": "wrong"})
    except dbapi.Error as error:
        return {"type": type(error).__name__, "status": error.status_code.name, "text": str(error)}


def ddl_and_dml(server):
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("create or replace table ddl_and_dml (i integer, s varchar)")
        cursor.execute("insert into ddl_and_dml values (1, 'a'), (2, 'b'), (3, null)")
        cursor.execute("update ddl_and_dml set s = 'c' where i = 3")
        cursor.execute("delete from ddl_and_dml where i = 1")
        cursor.execute("insert into ddl_and_dml values (4, 'd') returning i")
        returned = cursor.fetchall()
        cursor.execute("select count(*), max(s) from ddl_and_dml")
        return {"returned": returned, "counted": cursor.fetchone()}


def parameters(server):
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("select ? + 1 as next, upper(?) as loud", parameters=(41, "abc"))
        first = cursor.fetchone()
        cursor.execute("select $1::varchar is null", parameters=(None,))
        return {"first": first, "null": cursor.fetchone()}


def executemany(server):
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("create or replace table executemany (i bigint, s varchar)")
        cursor.executemany("insert into executemany values (?, ?)", [(n, f"row {n}") for n in range(100)])
        cursor.execute("select count(*), sum(i), max(s) from executemany")
        count, total, last = cursor.fetchone()
        return [count, int(total), last]


def fetch_arrow_table(server):
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("select i, i::varchar as s from range(100000) t(i)")
        table = cursor.fetch_arrow_table()
        return {"rows": table.num_rows, "types": [str(field.type) for field in table.schema], "sum": sum(table["i"].to_pylist())}


def empty_result(server):
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("select 1 as i, 'x' as s where false")
        table = cursor.fetch_arrow_table()
        return {"rows": table.num_rows, "names": table.column_names}


def default_autocommit(server):
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")
        with connect(server, autocommit=False) as connection, connection.cursor() as cursor:
            cursor.execute("select 1")
            row = cursor.fetchone()
            connection.close()
            return row


def wrong_sql(server):
    with connect(server) as connection, connection.cursor() as cursor:
        try:
            cursor.execute("select * from no_such_table")
        except dbapi.Error as error:
            return {"type": type(error).__name__, "status": error.status_code.name, "text": str(error)}


def fails_midway(server):
    with connect(server) as connection, connection.cursor() as cursor:
        try:
            # With several threads DuckDB may report that it interrupted the others, instead of why.
            cursor.execute("set threads = 1")
            cursor.execute("select case when i = 900000 then error('boom') else i end from range(1000000) t(i)")
            return {"rows": cursor.fetch_arrow_table().num_rows}
        except dbapi.Error as error:
            return {"text": str(error)}


def session_state(server):
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("create temp table session_state as select 7 as i")
        cursor.execute("begin")
        cursor.execute("insert into session_state values (8)")
        cursor.execute("rollback")
        cursor.execute("select i from session_state")
        return cursor.fetchall()


def metadata(server):
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("create or replace table metadata (i integer not null, s varchar)")
        objects = connection.adbc_get_objects(depth="tables", table_name_filter="metadata").read_all().to_pylist()
        tables = [
            table["table_name"]
            for catalog in objects
            for schema in catalog["catalog_db_schemas"] or []
            for table in schema["db_schema_tables"] or []
        ]
        schema = connection.adbc_get_table_schema("metadata")
        info = connection.adbc_get_info()
        return {
            "tables": tables,
            "fields": [[field.name, str(field.type)] for field in schema],
            "types": connection.adbc_get_table_types(),
            "vendor": info["vendor_name"],
        }


def low_level(server):
    uri = f"grpc://{server['host']}:{server['port']}"
    options = {AUTHORIZATION: f"Bearer {server['token']}"}
    with adbc_driver_flightsql.connect(uri, db_kwargs=options) as database:
        with adbc_driver_manager.AdbcConnection(database) as connection:
            with adbc_driver_manager.AdbcStatement(connection) as statement:
                statement.set_sql_query("create or replace table low_level as select 1 as i")
                statement.execute_update()
                statement.set_sql_query("insert into low_level values (2), (3)")
                changed = statement.execute_update()
                statement.set_sql_query("select sum(i)::bigint as total from low_level")
                stream, _ = statement.execute_query()
                import pyarrow

                reader = pyarrow.RecordBatchReader._import_from_c(stream.address)
                return {"changed": changed, "rows": reader.read_all().to_pylist()}


def checksum(server):
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("from flights")
        sums = Counter()
        origins = Counter()
        for batch in cursor.fetch_record_batch():
            sums["rows"] += batch.num_rows
            sums["date"] += sum(batch["date"].cast("int64").to_pylist())
            sums["delay"] += sum(value for value in batch["delay"].to_pylist() if value is not None)
            sums["distance"] += sum(batch["distance"].to_pylist())
            origins.update(batch["origin"].to_pylist())
        return {name: str(value) for name, value in sums.items()} | {"origins": dict(sorted(origins.items()))}


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]](json.loads(sys.argv[2]))))
