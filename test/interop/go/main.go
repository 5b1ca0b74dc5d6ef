// What people do with arrow-go's two Flight SQL clients: the package flightsql and the driver for database/sql.
// Arguments: host, port, user, password. Runs every task and prints one JSON object, task by task what it saw, or
// {"error": …}; go.e2e.test.ts says what it should have seen.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"
)

// A task that hangs is a finding, too, and no reason to learn nothing about those after it.
const patience = 30 * time.Second

type login struct{ host, port, user, password string }

func (l login) address() string { return l.host + ":" + l.port }

type task func(context.Context, login) (any, error)

func main() {
	server := login{os.Args[1], os.Args[2], os.Args[3], os.Args[4]}
	answers := map[string]any{}
	for name, run := range tasks {
		answers[name] = attempt(server, run)
	}
	text, err := json.Marshal(answers)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(text))
}

var tasks = map[string]task{
	"bearer":              bearer,
	"cancel":              cancel,
	"catalogs":            catalogs,
	"deadline":            deadline,
	"ingest":              ingest,
	"ingestConflict":      ingestConflict,
	"keys":                keys,
	"largeResult":         largeResult,
	"poll":                poll,
	"prepared":            prepared,
	"preparedUpdate":      preparedUpdate,
	"query":               query,
	"schemas":             schemas,
	"sessionOptions":      sessionOptions,
	"sqlInfo":             sqlInfo,
	"tables":              tables,
	"transaction":         transaction,
	"typeInfo":            typeInfo,
	"unknownPlan":         unknownPlan,
	"update":              update,
	"wrongPassword":       wrongPassword,
	"wrongSql":            wrongSQL,
	"databaseSql":         databaseSQL,
	"databaseSqlArgs":     databaseSQLArgs,
	"databaseSqlErrors":   databaseSQLErrors,
	"databaseSqlExec":     databaseSQLExec,
	"databaseSqlPrepared": databaseSQLPrepared,
	"databaseSqlToken":    databaseSQLToken,
	"databaseSqlTx":       databaseSQLTx,
	"databaseSqlTypes":    databaseSQLTypes,
}

func attempt(server login, run task) any {
	ctx, stop := context.WithTimeout(context.Background(), patience)
	defer stop()
	type outcome struct {
		answer any
		err    error
	}
	done := make(chan outcome, 1)
	go func() {
		defer func() {
			if reason := recover(); reason != nil {
				done <- outcome{err: fmt.Errorf("panic: %v", reason)}
			}
		}()
		answer, err := run(ctx, server)
		done <- outcome{answer, err}
	}()
	select {
	case result := <-done:
		if result.err != nil {
			return map[string]string{"error": result.err.Error()}
		}
		return result.answer
	case <-time.After(patience + 5*time.Second):
		return map[string]string{"error": "no answer in time"}
	}
}
