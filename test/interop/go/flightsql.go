package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/flight"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

func connect(ctx context.Context, server login) (*flightsql.Client, context.Context, error) {
	plaintext := grpc.WithTransportCredentials(insecure.NewCredentials())
	client, err := flightsql.NewClient(server.address(), nil, nil, plaintext)
	if err != nil {
		return nil, nil, err
	}
	ctx, err = client.Client.AuthenticateBasicToken(ctx, server.user, server.password)
	return client, ctx, err
}

// Logs in, runs fn, and hangs up.
func with(ctx context.Context, server login, fn func(context.Context, *flightsql.Client) (any, error)) (any, error) {
	client, ctx, err := connect(ctx, server)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	return fn(ctx, client)
}

// All rows of all endpoints, as arrow-go shows each value.
func read(ctx context.Context, client *flightsql.Client, info *flight.FlightInfo, err error) ([]map[string]string, error) {
	if err != nil {
		return nil, err
	}
	rows := []map[string]string{}
	for _, endpoint := range info.Endpoint {
		reader, err := client.DoGet(ctx, endpoint.Ticket)
		if err != nil {
			return nil, err
		}
		announced, err := flight.DeserializeSchema(info.Schema, memory.DefaultAllocator)
		if err != nil {
			return nil, err
		}
		if !announced.Equal(reader.Schema()) {
			return nil, fmt.Errorf("announced %s and sent %s", announced, reader.Schema())
		}
		for reader.Next() {
			batch := reader.RecordBatch()
			for i := range int(batch.NumRows()) {
				row := map[string]string{}
				for j, column := range batch.Columns() {
					row[batch.ColumnName(j)] = column.ValueStr(i)
				}
				rows = append(rows, row)
			}
		}
		if err := reader.Err(); err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
	}
	return rows, nil
}

func selectRows(ctx context.Context, client *flightsql.Client, sql string) ([]map[string]string, error) {
	info, err := client.Execute(ctx, sql)
	return read(ctx, client, info, err)
}

func query(ctx context.Context, server login) (any, error) {
	return with(ctx, server, func(ctx context.Context, client *flightsql.Client) (any, error) {
		return selectRows(ctx, client, "select 42 as answer, 'wörld' as text, null::integer as nothing, date '2024-02-29' as day")
	})
}

func bearer(ctx context.Context, server login) (any, error) {
	plaintext := grpc.WithTransportCredentials(insecure.NewCredentials())
	client, err := flightsql.NewClient(server.address(), nil, nil, plaintext)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	return selectRows(metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+server.password), client, "select 1 as i")
}

func wrongPassword(ctx context.Context, server login) (any, error) {
	server.password = "wrong"
	_, _, err := connect(ctx, server)
	return status.Code(err).String(), nil
}

func wrongSQL(ctx context.Context, server login) (any, error) {
	return with(ctx, server, func(ctx context.Context, client *flightsql.Client) (any, error) {
		_, err := selectRows(ctx, client, "select * from no_such_table")
		return []string{status.Code(err).String(), status.Convert(err).Message()}, nil
	})
}

// More than the 4 MiB that Go's gRPC takes in one message.
func largeResult(ctx context.Context, server login) (any, error) {
	return with(ctx, server, func(ctx context.Context, client *flightsql.Client) (any, error) {
		info, err := client.Execute(ctx, "select i, repeat('x', 500) as s from range(100000) t(i)")
		if err != nil {
			return nil, err
		}
		reader, err := client.DoGet(ctx, info.Endpoint[0].Ticket)
		if err != nil {
			return nil, err
		}
		var rows, sum int64
		for reader.Next() {
			batch := reader.RecordBatch()
			rows += batch.NumRows()
			for _, i := range batch.Column(0).(*array.Int64).Int64Values() {
				sum += i
			}
		}
		return []int64{rows, sum}, nil
	})
}

func update(ctx context.Context, server login) (any, error) {
	return with(ctx, server, func(ctx context.Context, client *flightsql.Client) (any, error) {
		counts := []int64{}
		for _, sql := range []string{
			"create or replace table go_update (i integer, s varchar)",
			"insert into go_update values (1, 'a'), (2, 'b'), (3, 'c')",
			"update go_update set s = 'd' where i > 1",
			"delete from go_update where i = 1",
		} {
			count, err := client.ExecuteUpdate(ctx, sql)
			if err != nil {
				return nil, err
			}
			counts = append(counts, count)
		}
		rows, err := selectRows(ctx, client, "from go_update order by i")
		return map[string]any{"counts": counts, "rows": rows}, err
	})
}

func parameters(numbers []int64, texts []string) arrow.RecordBatch {
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "1", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
		{Name: "2", Type: arrow.BinaryTypes.String, Nullable: true},
	}, nil)
	builder := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer builder.Release()
	builder.Field(0).(*array.Int64Builder).AppendValues(numbers, nil)
	builder.Field(1).(*array.StringBuilder).AppendValues(texts, nil)
	return builder.NewRecordBatch()
}

func prepared(ctx context.Context, server login) (any, error) {
	return with(ctx, server, func(ctx context.Context, client *flightsql.Client) (any, error) {
		statement, err := client.Prepare(ctx, "select $1::bigint + 1 as next, upper($2) as loud")
		if err != nil {
			return nil, err
		}
		answers := []any{statement.DatasetSchema().Field(0).Name, len(statement.ParameterSchema().Fields())}
		for _, number := range []int64{41, 42} {
			statement.SetParameters(parameters([]int64{number}, []string{"abc"}))
			info, err := statement.Execute(ctx)
			rows, err := read(ctx, client, info, err)
			if err != nil {
				return nil, err
			}
			answers = append(answers, rows)
		}
		return answers, statement.Close(ctx)
	})
}

func preparedUpdate(ctx context.Context, server login) (any, error) {
	return with(ctx, server, func(ctx context.Context, client *flightsql.Client) (any, error) {
		if _, err := client.ExecuteUpdate(ctx, "create or replace table go_prepared (i bigint, s varchar)"); err != nil {
			return nil, err
		}
		statement, err := client.Prepare(ctx, "insert into go_prepared values (?, ?)")
		if err != nil {
			return nil, err
		}
		statement.SetParameters(parameters([]int64{1, 2, 3}, []string{"a", "b", "c"}))
		count, err := statement.ExecuteUpdate(ctx)
		if err != nil {
			return nil, err
		}
		if err := statement.Close(ctx); err != nil {
			return nil, err
		}
		rows, err := selectRows(ctx, client, "select count(*) as n, max(s) as last from go_prepared")
		return map[string]any{"count": count, "rows": rows}, err
	})
}

func catalogs(ctx context.Context, server login) (any, error) {
	return with(ctx, server, func(ctx context.Context, client *flightsql.Client) (any, error) {
		info, err := client.GetCatalogs(ctx)
		catalogs, err := read(ctx, client, info, err)
		if err != nil {
			return nil, err
		}
		pattern := "mai_"
		info, err = client.GetDBSchemas(ctx, &flightsql.GetDBSchemasOpts{DbSchemaFilterPattern: &pattern})
		schemas, err := read(ctx, client, info, err)
		if err != nil {
			return nil, err
		}
		info, err = client.GetTableTypes(ctx)
		types, err := read(ctx, client, info, err)
		return []any{catalogs, schemas, types}, err
	})
}

func tables(ctx context.Context, server login) (any, error) {
	return with(ctx, server, func(ctx context.Context, client *flightsql.Client) (any, error) {
		if _, err := client.ExecuteUpdate(ctx, "create or replace table go_tables (i integer not null, s varchar)"); err != nil {
			return nil, err
		}
		name := "go\\_tables"
		info, err := client.GetTables(ctx, &flightsql.GetTablesOpts{TableNameFilterPattern: &name, TableTypes: []string{"table"}, IncludeSchema: true})
		if err != nil {
			return nil, err
		}
		reader, err := client.DoGet(ctx, info.Endpoint[0].Ticket)
		if err != nil {
			return nil, err
		}
		found := []string{}
		for reader.Next() {
			cells := reader.RecordBatch().Column(4).(*array.Binary)
			for i := range cells.Len() {
				schema, err := flight.DeserializeSchema(cells.Value(i), memory.DefaultAllocator)
				if err != nil {
					return nil, err
				}
				for _, field := range schema.Fields() {
					found = append(found, fmt.Sprintf("%s %s %t", field.Name, field.Type, field.Nullable))
				}
			}
		}
		return found, nil
	})
}

func keys(ctx context.Context, server login) (any, error) {
	return with(ctx, server, func(ctx context.Context, client *flightsql.Client) (any, error) {
		for _, sql := range []string{
			"create table if not exists go_parent (x integer, y integer, primary key (y, x))",
			"create table if not exists go_child (p integer, q integer, foreign key (q, p) references go_parent (y, x))",
		} {
			if _, err := client.ExecuteUpdate(ctx, sql); err != nil {
				return nil, err
			}
		}
		parent, child := flightsql.TableRef{Table: "go_parent"}, flightsql.TableRef{Table: "go_child"}
		info, err := client.GetPrimaryKeys(ctx, parent)
		primary, err := read(ctx, client, info, err)
		if err != nil {
			return nil, err
		}
		info, err = client.GetImportedKeys(ctx, child)
		imported, err := read(ctx, client, info, err)
		if err != nil {
			return nil, err
		}
		info, err = client.GetExportedKeys(ctx, parent)
		exported, err := read(ctx, client, info, err)
		if err != nil {
			return nil, err
		}
		info, err = client.GetCrossReference(ctx, parent, child)
		cross, err := read(ctx, client, info, err)
		pick := func(rows []map[string]string, names ...string) []string {
			picked := []string{}
			for _, row := range rows {
				text := ""
				for _, name := range names {
					text += row[name] + " "
				}
				picked = append(picked, text)
			}
			return picked
		}
		pair := []string{"pk_table_name", "pk_column_name", "fk_table_name", "fk_column_name", "key_sequence"}
		return map[string]any{
			"primary":  pick(primary, "table_name", "column_name", "key_sequence"),
			"imported": pick(imported, pair...),
			"exported": pick(exported, pair...),
			"cross":    pick(cross, pair...),
		}, err
	})
}

func sqlInfo(ctx context.Context, server login) (any, error) {
	return with(ctx, server, func(ctx context.Context, client *flightsql.Client) (any, error) {
		info, err := client.GetSqlInfo(ctx, []flightsql.SqlInfo{flightsql.SqlInfoFlightSqlServerName, flightsql.SqlInfoDDLCatalog})
		some, err := read(ctx, client, info, err)
		if err != nil {
			return nil, err
		}
		info, err = client.GetSqlInfo(ctx, nil)
		all, err := read(ctx, client, info, err)
		return map[string]any{"some": some, "all": len(all)}, err
	})
}

func typeInfo(ctx context.Context, server login) (any, error) {
	return with(ctx, server, func(ctx context.Context, client *flightsql.Client) (any, error) {
		info, err := client.GetXdbcTypeInfo(ctx, nil)
		all, err := read(ctx, client, info, err)
		if err != nil {
			return nil, err
		}
		varchar := int32(12)
		info, err = client.GetXdbcTypeInfo(ctx, &varchar)
		texts, err := read(ctx, client, info, err)
		names := []string{}
		for _, row := range texts {
			names = append(names, row["type_name"])
		}
		return map[string]any{"many": len(all) > 10, "varchar": names}, err
	})
}

// The schema of each metadata command is the reference schema, as GetSchema says it.
func schemas(ctx context.Context, server login) (any, error) {
	return with(ctx, server, func(ctx context.Context, client *flightsql.Client) (any, error) {
		names := []string{}
		for _, ask := range []func() (*flight.SchemaResult, error){
			func() (*flight.SchemaResult, error) { return client.GetCatalogsSchema(ctx) },
			func() (*flight.SchemaResult, error) { return client.GetDBSchemasSchema(ctx) },
			func() (*flight.SchemaResult, error) { return client.GetTablesSchema(ctx, &flightsql.GetTablesOpts{}) },
			func() (*flight.SchemaResult, error) { return client.GetTableTypesSchema(ctx) },
			func() (*flight.SchemaResult, error) { return client.GetPrimaryKeysSchema(ctx) },
			func() (*flight.SchemaResult, error) { return client.GetExportedKeysSchema(ctx) },
			func() (*flight.SchemaResult, error) { return client.GetImportedKeysSchema(ctx) },
			func() (*flight.SchemaResult, error) { return client.GetCrossReferenceSchema(ctx) },
			func() (*flight.SchemaResult, error) { return client.GetXdbcTypeInfoSchema(ctx) },
			func() (*flight.SchemaResult, error) { return client.GetSqlInfoSchema(ctx) },
			func() (*flight.SchemaResult, error) { return client.GetExecuteSchema(ctx, "select 1 as one") },
		} {
			result, err := ask()
			if err != nil {
				return nil, err
			}
			schema, err := flight.DeserializeSchema(result.Schema, memory.DefaultAllocator)
			if err != nil {
				return nil, err
			}
			names = append(names, schema.Field(0).Name)
		}
		return names, nil
	})
}

func transaction(ctx context.Context, server login) (any, error) {
	return with(ctx, server, func(ctx context.Context, client *flightsql.Client) (any, error) {
		if _, err := client.ExecuteUpdate(ctx, "create or replace table go_transaction (i integer)"); err != nil {
			return nil, err
		}
		counts := []any{}
		for _, end := range []string{"rollback", "commit"} {
			transaction, err := client.BeginTransaction(ctx)
			if err != nil {
				return nil, err
			}
			if _, err := transaction.ExecuteUpdate(ctx, "insert into go_transaction values (1), (2)"); err != nil {
				return nil, err
			}
			info, err := transaction.Execute(ctx, "select count(*) as n from go_transaction")
			inside, err := read(ctx, client, info, err)
			if err != nil {
				return nil, err
			}
			if end == "commit" {
				err = transaction.Commit(ctx)
			} else {
				err = transaction.Rollback(ctx)
			}
			if err != nil {
				return nil, err
			}
			after, err := selectRows(ctx, client, "select count(*) as n from go_transaction")
			if err != nil {
				return nil, err
			}
			counts = append(counts, inside[0]["n"], after[0]["n"])
		}
		return counts, nil
	})
}

func ingestInto(ctx context.Context, client *flightsql.Client, table string, exists flightsql.TableDefinitionOptionsTableExistsOption) (int64, error) {
	batch := parameters([]int64{1, 2, 3}, []string{"a", "b", "c"})
	reader, err := array.NewRecordReader(batch.Schema(), []arrow.RecordBatch{batch, batch})
	if err != nil {
		return 0, err
	}
	return client.ExecuteIngest(ctx, reader, &flightsql.ExecuteIngestOpts{
		Table: table,
		TableDefinitionOptions: &flightsql.TableDefinitionOptions{
			IfNotExist: flightsql.TableDefinitionOptionsTableNotExistOptionCreate,
			IfExists:   exists,
		},
	})
}

func ingest(ctx context.Context, server login) (any, error) {
	return with(ctx, server, func(ctx context.Context, client *flightsql.Client) (any, error) {
		counts := []any{}
		for _, exists := range []flightsql.TableDefinitionOptionsTableExistsOption{
			flightsql.TableDefinitionOptionsTableExistsOptionReplace,
			flightsql.TableDefinitionOptionsTableExistsOptionAppend,
		} {
			count, err := ingestInto(ctx, client, "go_ingest", exists)
			if err != nil {
				return nil, err
			}
			counts = append(counts, count)
		}
		rows, err := selectRows(ctx, client, "select count(*) as n from go_ingest")
		return append(counts, rows), err
	})
}

func ingestConflict(ctx context.Context, server login) (any, error) {
	return with(ctx, server, func(ctx context.Context, client *flightsql.Client) (any, error) {
		if _, err := client.ExecuteUpdate(ctx, "create or replace table go_conflict (a bigint, b varchar)"); err != nil {
			return nil, err
		}
		_, err := ingestInto(ctx, client, "go_conflict", flightsql.TableDefinitionOptionsTableExistsOptionFail)
		return status.Code(err).String(), nil
	})
}

func sessionOptions(ctx context.Context, server login) (any, error) {
	return with(ctx, server, func(ctx context.Context, client *flightsql.Client) (any, error) {
		if _, err := client.ExecuteUpdate(ctx, "create schema if not exists go_session"); err != nil {
			return nil, err
		}
		options, err := flight.NewSessionOptionValues(map[string]any{"schema": "go_session", "no_such_option": "x"})
		if err != nil {
			return nil, err
		}
		set, err := client.SetSessionOptions(ctx, &flight.SetSessionOptionsRequest{SessionOptions: options})
		if err != nil {
			return nil, err
		}
		refused := []string{}
		for name := range set.Errors {
			refused = append(refused, name)
		}
		rows, err := selectRows(ctx, client, "select current_schema() as schema")
		if err != nil {
			return nil, err
		}
		got, err := client.GetSessionOptions(ctx, &flight.GetSessionOptionsRequest{})
		if err != nil {
			return nil, err
		}
		closed, err := client.CloseSession(ctx, &flight.CloseSessionRequest{})
		if err != nil {
			return nil, err
		}
		return []any{refused, rows, got.SessionOptions["schema"].GetStringValue(), closed.Status.String()}, nil
	})
}

const longQuery = "select count(*) as n from range(3000000000) a(i), range(1000) b(j) where (i * j) % 7 = 3"

// Stops a statement that has not answered yet, by ending the call; the session goes on at once.
func cancel(ctx context.Context, server login) (any, error) {
	return with(ctx, server, func(ctx context.Context, client *flightsql.Client) (any, error) {
		running, stop := context.WithCancel(ctx)
		go func() {
			time.Sleep(300 * time.Millisecond)
			stop()
		}()
		_, err := selectRows(running, client, longQuery)
		rows, next := selectRows(ctx, client, "select 1 as i")
		return []any{status.Code(err).String(), rows}, next
	})
}

func deadline(ctx context.Context, server login) (any, error) {
	return with(ctx, server, func(ctx context.Context, client *flightsql.Client) (any, error) {
		running, stop := context.WithTimeout(ctx, 300*time.Millisecond)
		defer stop()
		_, err := selectRows(running, client, longQuery)
		rows, next := selectRows(ctx, client, "select 1 as i")
		return []any{status.Code(err).String(), rows}, next
	})
}

// Asks on until the statement is done; a descriptor that is missing says so.
func poll(ctx context.Context, server login) (any, error) {
	return with(ctx, server, func(ctx context.Context, client *flightsql.Client) (any, error) {
		sql := "select sum(i * j)::bigint as total from range(20000) a(i), range(1000) b(j)"
		info, err := client.ExecutePoll(ctx, sql, nil)
		for err == nil && info.GetFlightDescriptor() != nil {
			info, err = client.ExecutePoll(ctx, sql, info.GetFlightDescriptor())
		}
		if err != nil {
			return nil, err
		}
		return read(ctx, client, info.GetInfo(), nil)
	})
}

func unknownPlan(ctx context.Context, server login) (any, error) {
	return with(ctx, server, func(ctx context.Context, client *flightsql.Client) (any, error) {
		_, err := client.ExecuteSubstrait(ctx, flightsql.SubstraitPlan{Plan: []byte("plan"), Version: "1"})
		return status.Code(err) == codes.Unimplemented, nil
	})
}
