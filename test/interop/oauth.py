"""Logs in by ADBC's own OAuth flow, and prints what a query answers, as JSON: PORT ROOTS TOKEN_URI ID SECRET."""
import json
import sys

import adbc_driver_flightsql.dbapi as flight_sql

port, roots, token_uri, client_id, secret = sys.argv[1:]
with open(roots, encoding="utf8") as file:
    options = {
        "adbc.flight.sql.client_option.tls_root_certs": file.read(),
        "adbc.flight.sql.oauth.flow": "client_credentials",
        "adbc.flight.sql.oauth.token_uri": token_uri,
        "adbc.flight.sql.oauth.client_id": client_id,
        "adbc.flight.sql.oauth.client_secret": secret,
        "adbc.flight.sql.oauth.scope": "query",
    }
with flight_sql.connect(f"grpc+tls://127.0.0.1:{port}", db_kwargs=options, autocommit=True) as connection:
    with connection.cursor() as cursor:
        cursor.execute("select 42 as n")
        print(json.dumps(cursor.fetchall()))
