"""What a dozen lines make: pyarrow's Flight server (C++ gRPC) over DuckDB's Python package, with just enough Flight SQL
to be asked a query. No login, no sessions, no rights. Arguments: the database file."""
import sys
import threading

import duckdb
import pyarrow.flight as flight


def read_fields(data):
    """The length-delimited fields of one protobuf message."""
    fields, at = {}, 0
    while at < len(data):
        tag, at = read_varint(data, at)
        length, at = read_varint(data, at)
        fields[tag >> 3] = data[at : at + length]
        at += length
    return fields


def read_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


class Server(flight.FlightServerBase):
    def __init__(self, database):
        super().__init__("grpc://127.0.0.1:0")
        self._database = database
        self._cursors = threading.local()

    def _cursor(self):
        # One connection a thread of the server's: without sessions there is nothing else to keep one by.
        if not hasattr(self._cursors, "cursor"):
            self._cursors.cursor = self._database.cursor()
        return self._cursors.cursor

    def get_flight_info(self, context, descriptor):
        query = read_fields(read_fields(descriptor.command)[2])[1]
        endpoint = flight.FlightEndpoint(query, [])
        # Without the schema, which would cost a second planning.
        return flight.FlightInfo(None, descriptor, [endpoint], -1, -1)

    def do_get(self, context, ticket):
        return flight.RecordBatchStream(self._cursor().execute(ticket.ticket.decode()).to_arrow_reader(32768))


server = Server(duckdb.connect(sys.argv[1], read_only=True))
print(server.port, flush=True)
server.serve()
