"""pyarrow.flight has no Flight SQL: people build the two messages by hand. Each function answers JSON."""
import json
import sys

import pyarrow.flight as flight

PREFIX = "type.googleapis.com/arrow.flight.protocol.sql."


def field(number, payload):
    """One length-delimited protobuf field."""
    return bytes([number << 3 | 2]) + varint(len(payload)) + payload


def varint(value):
    head = b""
    while value > 127:
        head += bytes([value & 127 | 128])
        value >>= 7
    return head + bytes([value])


def command(name, payload):
    return field(1, (PREFIX + name).encode()) + field(2, payload)


def query(client, options, sql):
    descriptor = flight.FlightDescriptor.for_command(command("CommandStatementQuery", field(1, sql.encode())))
    info = client.get_flight_info(descriptor, options)
    return info, client.do_get(info.endpoints[0].ticket, options)


def basic_token(server):
    with flight.connect(f"grpc://{server['host']}:{server['port']}") as client:
        token = client.authenticate_basic_token(server["user"], server["token"])
        options = flight.FlightCallOptions(headers=[token])
        info, reader = query(client, options, "select i, i * 2 as twice from range(20000) t(i)")
        table = reader.read_all()
        return {
            "bearer": token[1].decode().startswith("Bearer "),
            "endpoints": len(info.endpoints),
            "names": info.schema.names,
            "rows": table.num_rows,
            "sum": sum(table["twice"].to_pylist()),
        }


def payload_handshake(server):
    class Basic(flight.ClientAuthHandler):
        token = b""

        def authenticate(self, outgoing, incoming):
            outgoing.write(flight.BasicAuth(server["user"], server["token"]).serialize())
            self.token = incoming.read()

        def get_token(self):
            return self.token

    with flight.connect(f"grpc://{server['host']}:{server['port']}") as client:
        client.authenticate(Basic())
        _, reader = query(client, None, "select 7 as i")
        return reader.read_all().to_pylist()


def wrong_password(server):
    with flight.connect(f"grpc://{server['host']}:{server['port']}") as client:
        try:
            client.authenticate_basic_token(server["user"], "wrong")
        except flight.FlightUnauthenticatedError as error:
            return {"text": str(error)}


def garbage(server):
    """Commands, tickets and actions that are no protobuf at all: each must be a plain refusal."""
    answers = []
    with flight.connect(f"grpc://{server['host']}:{server['port']}") as client:
        options = flight.FlightCallOptions(headers=[(b"authorization", f"Bearer {server['token']}".encode())])
        descriptor = flight.FlightDescriptor.for_command(b"\xff\xfe garbage")
        attempts = [
            lambda: client.get_flight_info(descriptor, options),
            lambda: client.get_schema(descriptor, options),
            lambda: client.do_get(flight.Ticket(b"\xff garbage"), options).read_all(),
            lambda: list(client.do_action(flight.Action("NoSuchAction", b""), options)),
            lambda: list(client.do_action(flight.Action("CreatePreparedStatement", b"\xff"), options)),
        ]
        for attempt in attempts:
            try:
                attempt()
                answers.append("accepted")
            except (flight.FlightError, ValueError, KeyError, NotImplementedError, OSError) as error:
                answers.append(type(error).__name__)
        _, reader = query(client, options, "select 1 as i")
        answers.append(reader.read_all().to_pylist())
    return answers


def actions(server):
    with flight.connect(f"grpc://{server['host']}:{server['port']}") as client:
        options = flight.FlightCallOptions(headers=[(b"authorization", f"Bearer {server['token']}".encode())])
        return [action.type for action in client.list_actions(options)]


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]](json.loads(sys.argv[2]))))
