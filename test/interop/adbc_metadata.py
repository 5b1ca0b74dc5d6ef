"""ADBC's catalog functions. Each function is one test of adbc-metadata.e2e.test.ts and answers JSON."""
import json
import sys

import adbc_driver_flightsql.dbapi as dbapi

from adbc import connect

SETUP = [
    "create schema if not exists sales",
    "create or replace table sales.orders (id integer primary key, price decimal(10, 2) not null, note varchar)",
    "create or replace table orders (other bigint)",
    "create or replace view sales.recent as select id, price from sales.orders",
    "create sequence if not exists ids",
    "create or replace table numbered (id integer default nextval('ids'), _x integer)",
    "create or replace table axx (i integer)",
]


def prepare(server):
    with connect(server) as connection, connection.cursor() as cursor:
        for sql in SETUP:
            cursor.execute(sql)


def objects(server):
    prepare(server)
    with connect(server) as connection:
        found = {}
        for depth in ("catalogs", "db_schemas", "tables", "all"):
            rows = connection.adbc_get_objects(depth=depth, catalog_filter="memory").read_all().to_pylist()
            found[depth] = [
                [
                    catalog["catalog_name"],
                    *[
                        [
                            schema["db_schema_name"],
                            *[
                                [table["table_name"], table["table_type"], columns_of(table)]
                                for table in schema["db_schema_tables"] or []
                                if table["table_name"] in ("orders", "recent", "numbered")
                            ],
                        ]
                        for schema in catalog["catalog_db_schemas"] or []
                    ],
                ]
                for catalog in rows
            ]
        return found


def columns_of(table):
    return [[column["column_name"], column["xdbc_type_name"]] for column in table["table_columns"] or []]


def filters(server):
    prepare(server)
    with connect(server) as connection:

        def names(**options):
            return [
                f"{schema['db_schema_name']}.{table['table_name']}"
                for catalog in connection.adbc_get_objects(depth="tables", **options).read_all().to_pylist()
                for schema in catalog["catalog_db_schemas"]
                for table in schema["db_schema_tables"]
            ]

        return {
            "pattern": names(table_name_filter="order%"),
            "one character": names(table_name_filter="order_"),
            "schema": names(db_schema_filter="sa%", table_name_filter="orders"),
            "types": names(table_types_filter=["view"], db_schema_filter="sales"),
            "nothing": names(table_name_filter="none"),
            "catalog": [
                row["catalog_name"]
                for row in connection.adbc_get_objects(depth="catalogs", catalog_filter="mem%").read_all().to_pylist()
            ],
        }


def table_schema(server):
    prepare(server)
    with connect(server) as connection:
        schema = connection.adbc_get_table_schema("orders", db_schema_filter="sales", catalog_filter="memory")
        answer = {
            "fields": [[field.name, str(field.type), field.nullable] for field in schema],
            "metadata": {key.decode(): value.decode() for key, value in schema.field("price").metadata.items()},
            "first": connection.adbc_get_table_schema("orders").names,
            "numbered": connection.adbc_get_table_schema("numbered").field(0).metadata[b"ARROW:FLIGHT:SQL:IS_AUTO_INCREMENT"].decode(),
        }
        try:
            # An underscore is a wildcard to Flight SQL and a letter to whoever names a table.
            connection.adbc_get_table_schema("a_x")
        except dbapi.Error as error:
            answer["missing"] = error.status_code.name
        return answer


def facts(server):
    with connect(server) as connection:
        return {
            "types": connection.adbc_get_table_types(),
            "info": {key: str(value) for key, value in connection.adbc_get_info().items() if key.startswith("vendor")},
        }


def execute_schema(server):
    with connect(server) as connection, connection.cursor() as cursor:
        schema = cursor.adbc_execute_schema("select 1::decimal(5, 2) as price, 'x' as name, [1] as list")
        return [[field.name, str(field.type)] for field in schema]


def limited(server):
    """What somebody sees who may read one table of one schema: all that the driver asks, and nothing refused."""
    secret = "correct horse battery staple"
    with connect(server) as connection, connection.cursor() as cursor:
        for sql in (
            *SETUP,
            "attach if not exists ':memory:' as vault",
            "create table if not exists vault.main.vault_gold (vault_id integer primary key)",
            f"create user limited password '{secret}' role readonly",
            "grant select on memory.sales.orders to limited",
            "grant select on vault.main.vault_gold to nobody",
        ):
            cursor.execute(sql)
    with connect(server | {"user": "limited", "token": secret}) as connection, connection.cursor() as cursor:
        found = {depth: connection.adbc_get_objects(depth=depth).read_all().to_pylist() for depth in ("catalogs", "db_schemas", "tables", "all")}
        cursor.execute("select count(*) from sales.orders where id > ?", (0,))
        answer = {
            "catalogs": [catalog["catalog_name"] for catalog in found["catalogs"]],
            "tables": [
                f"{catalog['catalog_name']}.{schema['db_schema_name']}.{table['table_name']}"
                for catalog in found["all"]
                for schema in catalog["catalog_db_schemas"] or []
                for table in schema["db_schema_tables"] or []
                if catalog["catalog_name"] not in ("system", "temp")
            ],
            "columns": connection.adbc_get_table_schema("orders", db_schema_filter="sales", catalog_filter="memory").names,
            "types": connection.adbc_get_table_types(),
            "vendor": connection.adbc_get_info()["vendor_name"],
            "catalog": connection.adbc_current_catalog,
            "schema": connection.adbc_current_db_schema,
            "rows": cursor.fetchall(),
            "hidden": "vault" in json.dumps(found).lower(),
        }
        try:
            connection.adbc_get_table_schema("vault_gold", catalog_filter="vault")
        except dbapi.Error as error:
            answer["missing"] = error.status_code.name
        return answer


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]](json.loads(sys.argv[2]))))
