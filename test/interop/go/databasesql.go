package main

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	_ "github.com/apache/arrow-go/v18/arrow/flight/flightsql/driver"
)

func open(ctx context.Context, dsn string, fn func(*sql.DB) (any, error)) (any, error) {
	database, err := sql.Open("flightsql", dsn)
	if err != nil {
		return nil, err
	}
	defer database.Close()
	return fn(database)
}

func withDatabase(ctx context.Context, server login, fn func(*sql.DB) (any, error)) (any, error) {
	return open(ctx, fmt.Sprintf("flightsql://%s:%s@%s?timeout=30s", server.user, server.password, server.address()), fn)
}

func databaseSQL(ctx context.Context, server login) (any, error) {
	return withDatabase(ctx, server, func(database *sql.DB) (any, error) {
		if err := database.PingContext(ctx); err != nil {
			return nil, err
		}
		rows, err := database.QueryContext(ctx, "select i, i * 2 as twice from range(100000) t(i)")
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		names, err := rows.Columns()
		if err != nil {
			return nil, err
		}
		var sum int64
		for rows.Next() {
			var i, twice int64
			if err := rows.Scan(&i, &twice); err != nil {
				return nil, err
			}
			sum += twice
		}
		return []any{names, sum}, rows.Err()
	})
}

func databaseSQLTypes(ctx context.Context, server login) (any, error) {
	return withDatabase(ctx, server, func(database *sql.DB) (any, error) {
		var truth bool
		var number int64
		var fraction, amount float64
		var text string
		var bytes []byte
		var moment time.Time
		var nothing sql.NullString
		row := database.QueryRowContext(ctx, `select true, -7::bigint, 1.5::double, 12.25::decimal(9, 2), 'wörld', '\xAA'::blob,
			timestamp '2024-02-29 12:34:56', null::varchar`)
		if err := row.Scan(&truth, &number, &fraction, &amount, &text, &bytes, &moment, &nothing); err != nil {
			return nil, err
		}
		return []any{truth, number, fraction, amount, text, bytes[0], moment.UTC().Format(time.DateTime), nothing.Valid}, nil
	})
}

func databaseSQLArgs(ctx context.Context, server login) (any, error) {
	return withDatabase(ctx, server, func(database *sql.DB) (any, error) {
		var next int64
		var loud string
		row := database.QueryRowContext(ctx, "select ?::bigint + 1, upper(?)", int64(41), "abc")
		if err := row.Scan(&next, &loud); err != nil {
			return nil, err
		}
		return []any{next, loud}, nil
	})
}

func databaseSQLExec(ctx context.Context, server login) (any, error) {
	return withDatabase(ctx, server, func(database *sql.DB) (any, error) {
		counts := []int64{}
		for _, statement := range []struct {
			text string
			args []any
		}{
			{"create or replace table go_exec (i bigint, s varchar)", nil},
			{"insert into go_exec values (1, 'a'), (2, 'b')", nil},
			{"insert into go_exec values (?, ?)", []any{int64(3), "c"}},
		} {
			result, err := database.ExecContext(ctx, statement.text, statement.args...)
			if err != nil {
				return nil, err
			}
			count, err := result.RowsAffected()
			if err != nil {
				return nil, err
			}
			counts = append(counts, count)
		}
		var rows int64
		err := database.QueryRowContext(ctx, "select count(*) from go_exec").Scan(&rows)
		return []any{counts, rows}, err
	})
}

func databaseSQLPrepared(ctx context.Context, server login) (any, error) {
	return withDatabase(ctx, server, func(database *sql.DB) (any, error) {
		statement, err := database.PrepareContext(ctx, "select i * ?::bigint from range(3) t(i) where i > ?::bigint")
		if err != nil {
			return nil, err
		}
		defer statement.Close()
		products := []int64{}
		for _, factor := range []int64{10, 100} {
			rows, err := statement.QueryContext(ctx, factor, int64(0))
			if err != nil {
				return nil, err
			}
			for rows.Next() {
				var product int64
				if err := rows.Scan(&product); err != nil {
					return nil, err
				}
				products = append(products, product)
			}
			if err := rows.Err(); err != nil {
				return nil, err
			}
			rows.Close()
		}
		return products, nil
	})
}

func databaseSQLTx(ctx context.Context, server login) (any, error) {
	return withDatabase(ctx, server, func(database *sql.DB) (any, error) {
		if _, err := database.ExecContext(ctx, "create or replace table go_tx (i integer)"); err != nil {
			return nil, err
		}
		counts := []int64{}
		for _, end := range []string{"rollback", "commit"} {
			transaction, err := database.BeginTx(ctx, nil)
			if err != nil {
				return nil, err
			}
			if _, err := transaction.ExecContext(ctx, "insert into go_tx values (1), (2)"); err != nil {
				return nil, err
			}
			if end == "commit" {
				err = transaction.Commit()
			} else {
				err = transaction.Rollback()
			}
			if err != nil {
				return nil, err
			}
			var count int64
			if err := database.QueryRowContext(ctx, "select count(*) from go_tx").Scan(&count); err != nil {
				return nil, err
			}
			counts = append(counts, count)
		}
		return counts, nil
	})
}

func databaseSQLToken(ctx context.Context, server login) (any, error) {
	dsn := fmt.Sprintf("flightsql://%s?token=%s&timeout=30s", server.address(), server.password)
	return open(ctx, dsn, func(database *sql.DB) (any, error) {
		var one int64
		err := database.QueryRowContext(ctx, "select 1::bigint").Scan(&one)
		return one, err
	})
}

func databaseSQLErrors(ctx context.Context, server login) (any, error) {
	return withDatabase(ctx, server, func(database *sql.DB) (any, error) {
		_, err := database.QueryContext(ctx, "select * from no_such_table")
		return fmt.Sprint(err), nil
	})
}
