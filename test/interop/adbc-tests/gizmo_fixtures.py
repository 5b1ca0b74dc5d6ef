"""The fixtures that ADBC's bulk-ingest tests ask for: their conftest.py is not in the source package."""
import os

import adbc_driver_flightsql
import adbc_driver_flightsql.dbapi
import adbc_driver_manager
import pytest


def login():
    return {"username": os.environ["ADBC_GIZMOSQL_USER"], "password": os.environ["ADBC_GIZMOSQL_PASSWORD"]}


@pytest.fixture
def gizmosql():
    with adbc_driver_flightsql.connect(os.environ["ADBC_GIZMOSQL_URI"], db_kwargs=login()) as database:
        with adbc_driver_manager.AdbcConnection(database) as connection:
            yield connection


@pytest.fixture
def gizmosql_dbapi():
    uri = os.environ["ADBC_GIZMOSQL_URI"]
    with adbc_driver_flightsql.dbapi.connect(uri, db_kwargs=login(), autocommit=True) as connection:
        yield connection
