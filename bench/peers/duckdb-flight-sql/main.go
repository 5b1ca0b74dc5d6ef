// A Flight SQL server over DuckDB from Go's own modules: arrow-go's flightsql server and DuckDB's Arrow interface, with
// just enough to be asked a query. No login, no sessions, no rights. Argument: the database file.
package main

import (
	"context"
	"database/sql/driver"
	"fmt"
	"log"
	"os"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/flight"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	"github.com/duckdb/duckdb-go/v2"
)

type server struct {
	flightsql.BaseServer
	connections chan driver.Conn
	connector   *duckdb.Connector
}

func (s *server) GetFlightInfoStatement(_ context.Context, query flightsql.StatementQuery, descriptor *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	ticket, err := flightsql.CreateStatementQueryTicket([]byte(query.GetQuery()))
	if err != nil {
		return nil, err
	}
	// Without the schema, which would cost a second planning.
	return &flight.FlightInfo{
		Endpoint:         []*flight.FlightEndpoint{{Ticket: &flight.Ticket{Ticket: ticket}}},
		FlightDescriptor: descriptor,
		TotalRecords:     -1,
		TotalBytes:       -1,
	}, nil
}

func (s *server) DoGetStatement(ctx context.Context, ticket flightsql.StatementQueryTicket) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	connection, err := s.connection(ctx)
	if err != nil {
		return nil, nil, err
	}
	source, err := duckdb.NewArrowFromConn(connection)
	if err != nil {
		return nil, nil, err
	}
	reader, err := source.QueryContext(ctx, string(ticket.GetStatementHandle()))
	if err != nil {
		s.connections <- connection
		return nil, nil, err
	}
	chunks := make(chan flight.StreamChunk, 4)
	go func() {
		defer func() { s.connections <- connection }()
		flight.StreamChunksFromReader(ctx, reader, chunks)
	}()
	return reader.Schema(), chunks, nil
}

// One that is idle, or a new one: a result holds its connection until it has been read.
func (s *server) connection(ctx context.Context) (driver.Conn, error) {
	select {
	case idle := <-s.connections:
		return idle, nil
	default:
		return s.connector.Connect(ctx)
	}
}

func main() {
	connector, err := duckdb.NewConnector(os.Args[1]+"?access_mode=READ_ONLY", nil)
	if err != nil {
		log.Fatal(err)
	}
	listener := flight.NewServerWithMiddleware(nil)
	listener.RegisterFlightService(flightsql.NewFlightServer(&server{connector: connector, connections: make(chan driver.Conn, 1024)}))
	if err := listener.Init("127.0.0.1:0"); err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr().String())
	log.Fatal(listener.Serve())
}
