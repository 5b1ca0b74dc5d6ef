"""A plain Flight server of pyarrow (C++ underneath) with just enough Flight SQL to be asked a query.

Logs in by payload handshake (ServerAuthHandler) where it is told `auth`. What it serves depends on the text of the
query: `dictionary`, `views`, `compressed`, `many endpoints`, `no schema`.
"""

import sys

import pyarrow as pa
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


def table_for(query):
    numbers = pa.array(range(1000), pa.int32())
    words = pa.array([None if i % 10 == 0 else f"word number {i % 7}" for i in range(1000)])
    if query == "dictionary":
        return pa.table({"n": numbers, "t": words.dictionary_encode()})
    if query == "views":
        return pa.table({"n": numbers, "t": words.cast(pa.string_view())})
    return pa.table({"n": numbers, "t": words})


class Tokens(flight.ServerAuthHandler):
    def authenticate(self, outgoing, incoming):
        auth = flight.BasicAuth.deserialize(incoming.read())
        if (auth.username, auth.password) != (b"ann", b"open sesame"):
            raise flight.FlightUnauthenticatedError("wrong password")
        outgoing.write(b"token-of-ann")

    def is_valid(self, token):
        if token != b"token-of-ann":
            raise flight.FlightUnauthenticatedError("no token")
        return b"ann"


class Server(flight.FlightServerBase):
    def get_flight_info(self, context, descriptor):
        query = read_fields(read_fields(descriptor.command)[2])[1].decode()
        parts = 3 if query == "many endpoints" else 1
        endpoints = [flight.FlightEndpoint(f"{query}/{part}".encode(), []) for part in range(parts)]
        schema = pa.schema([]) if query == "no schema" else table_for(query).schema
        return flight.FlightInfo(schema, descriptor, endpoints, -1, -1)

    def do_get(self, context, ticket):
        query, _ = ticket.ticket.decode().split("/")
        table = table_for(query)
        options = pa.ipc.IpcWriteOptions(compression="lz4" if query == "compressed" else None)
        return flight.RecordBatchStream(table, options=options)

    def do_action(self, context, action):
        raise NotImplementedError(action.type)


auth = Tokens() if sys.argv[1:] == ["auth"] else None
server = Server("grpc://127.0.0.1:0", auth_handler=auth)
print(f"listening on 127.0.0.1:{server.port}", flush=True)
server.serve()
