import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.Date;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Time;
import java.sql.Timestamp;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Calendar;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What people do with the Arrow Flight SQL JDBC driver. Arguments: host, port, user, password. Runs every task and
 * prints one JSON object, task by task what it saw, or {"error": …}; jdbc.e2e.test.ts says what it should have seen.
 */
public class JdbcClient {
  interface Task {
    Object run() throws Exception;
  }

  static final long PATIENCE_MS = 30_000;

  static String address;
  static String user;
  static String password;

  public static void main(String[] arguments) throws Exception {
    address = "jdbc:arrow-flight-sql://" + arguments[0] + ":" + arguments[1] + "/?useEncryption=false";
    user = arguments[2];
    password = arguments[3];
    TimeZone.setDefault(TimeZone.getTimeZone("UTC"));

    Map<String, Task> tasks = new LinkedHashMap<>();
    tasks.put("statement", JdbcClient::statement);
    tasks.put("types", JdbcClient::types);
    tasks.put("instant", JdbcClient::instant);
    tasks.put("manyRows", JdbcClient::manyRows);
    tasks.put("emptyResult", JdbcClient::emptyResult);
    tasks.put("updates", JdbcClient::updates);
    tasks.put("execute", JdbcClient::execute);
    tasks.put("parameters", JdbcClient::parameters);
    tasks.put("wideParameters", JdbcClient::wideParameters);
    tasks.put("nullParameters", JdbcClient::nullParameters);
    tasks.put("preparedQuery", JdbcClient::preparedQuery);
    tasks.put("batch", JdbcClient::batch);
    tasks.put("returning", JdbcClient::returning);
    tasks.put("twoResultSets", JdbcClient::twoResultSets);
    tasks.put("transactions", JdbcClient::transactions);
    tasks.put("temporaryTables", JdbcClient::temporaryTables);
    tasks.put("token", JdbcClient::token);
    tasks.put("wrongPassword", JdbcClient::wrongPassword);
    tasks.put("catalog", JdbcClient::catalog);
    tasks.put("wrongSql", JdbcClient::wrongSql);
    tasks.put("maxRows", JdbcClient::maxRows);
    tasks.put("cancel", JdbcClient::cancel);
    tasks.put("metadataGetters", JdbcClient::metadataGetters);
    tasks.put("catalogs", JdbcClient::catalogs);
    tasks.put("tables", JdbcClient::tables);
    tasks.put("columns", JdbcClient::columns);
    tasks.put("keys", JdbcClient::keys);
    tasks.put("typeInfo", JdbcClient::typeInfo);

    Map<String, Object> answers = new LinkedHashMap<>();
    for (Map.Entry<String, Task> task : tasks.entrySet()) answers.put(task.getKey(), attemptInTime(task.getValue()));
    System.out.println(toJson(answers));
    // The driver leaves threads behind that would keep the process.
    System.exit(0);
  }

  static Object attempt(Task task) {
    try {
      return task.run();
    } catch (Throwable error) {
      return Map.of("error", String.valueOf(error));
    }
  }

  /** A task that hangs is a finding, too, and no reason to learn nothing about those after it. */
  static Object attemptInTime(Task task) throws InterruptedException {
    AtomicReference<Object> answer = new AtomicReference<>(Map.of("error", "no answer in " + PATIENCE_MS + " ms"));
    Thread worker = new Thread(() -> answer.set(attempt(task)));
    worker.setDaemon(true);
    worker.start();
    worker.join(PATIENCE_MS);
    return answer.get();
  }

  static Connection connect() throws SQLException {
    Properties login = new Properties();
    login.setProperty("user", user);
    login.setProperty("password", password);
    return DriverManager.getConnection(address, login);
  }

  static Object statement() throws Exception {
    try (Connection connection = connect(); Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select 42 as answer, 'wörld' as text, null::integer as nothing")) {
      return read(rows);
    }
  }

  /** Every kind of value as text, with the class that getObject makes of it and the type the metadata gives. */
  static Object types() throws Exception {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("boolean", "true");
    values.put("tinyint", "(-7)::tinyint");
    values.put("smallint", "(-32768)::smallint");
    values.put("integer", "2147483647");
    values.put("bigint", "9223372036854775807");
    values.put("hugeint", "12345678901234567890123456789::hugeint");
    values.put("float", "1.5::float");
    values.put("double", "2.25::double");
    values.put("decimal", "12345.67::decimal(9, 2)");
    values.put("varchar", "'ä € 😀'");
    values.put("blob", "'\\xAA\\x00\\xFF'::blob");
    values.put("date", "date '2024-02-29'");
    values.put("time", "time '12:34:56'");
    values.put("timestamp", "timestamp '2024-02-29 12:34:56.789'");
    values.put("uuid", "'12345678-1234-5678-9abc-123456789abc'::uuid");
    values.put("enum", "'b'::enum ('a', 'b')");
    values.put("list", "[1, null, 3]");
    values.put("struct", "{'a': 1, 'b': 'x'}");
    values.put("map", "map {'k': 7}");
    values.put("interval", "interval '1 month 2 days'");
    Map<String, Object> seen = new LinkedHashMap<>();
    try (Connection connection = connect(); Statement statement = connection.createStatement()) {
      for (Map.Entry<String, String> value : values.entrySet()) {
        seen.put(value.getKey(), attempt(() -> {
          try (ResultSet rows = statement.executeQuery("select " + value.getValue() + " as v")) {
            rows.next();
            Object object = rows.getObject(1);
            String text = object instanceof byte[] bytes ? Arrays.toString(bytes) : rows.getString(1);
            return List.of(rows.getMetaData().getColumnTypeName(1), object.getClass().getSimpleName(), text);
          }
        }));
      }
    }
    return seen;
  }

  /** The driver's getObject has no answer for this type. */
  static Object instant() throws Exception {
    try (Connection connection = connect(); Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select timestamptz '2024-02-29 12:34:56.789+00'")) {
      rows.next();
      return rows.getTimestamp(1).toInstant();
    }
  }

  static Object manyRows() throws Exception {
    try (Connection connection = connect(); Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select i, repeat('x', 100) as s from range(100000) t(i)")) {
      long sum = 0;
      long length = 0;
      while (rows.next()) {
        sum += rows.getLong(1);
        length += rows.getString(2).length();
      }
      return List.of(sum, length);
    }
  }

  static Object emptyResult() throws Exception {
    try (Connection connection = connect(); Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select 1 as i, 'x' as s where false")) {
      return List.of(rows.getMetaData().getColumnName(2), rows.next());
    }
  }

  static Object updates() throws Exception {
    try (Connection connection = connect(); Statement statement = connection.createStatement()) {
      List<Object> counts = new ArrayList<>();
      counts.add(statement.executeUpdate("create or replace table updates (i integer, s varchar)"));
      counts.add(statement.executeUpdate("insert into updates values (1, 'a'), (2, 'b'), (3, 'c')"));
      counts.add(statement.executeUpdate("update updates set s = 'd' where i > 1"));
      counts.add(statement.executeLargeUpdate("delete from updates where i = 1"));
      return Map.of("counts", counts, "rows", query(statement, "select i, s from updates order by i"));
    }
  }

  /** `execute` leaves it to the driver to find out whether there is a result set: an insert must not run twice. */
  static Object execute() throws Exception {
    try (Connection connection = connect(); Statement statement = connection.createStatement()) {
      List<Object> seen = new ArrayList<>();
      for (String sql : List.of("create or replace table executed (i integer)", "insert into executed values (1), (2)",
          "select 7 as i", "show tables", "describe executed", "explain select 1", "pragma version", "call pragma_version()")) {
        boolean hasRows = statement.execute(sql);
        seen.add(List.of(sql.split(" ")[0], hasRows, hasRows ? -1 : statement.getUpdateCount()));
      }
      seen.add(query(statement, "select count(*) as n from executed"));
      return seen;
    }
  }

  static Object parameters() throws Exception {
    try (Connection connection = connect(); Statement statement = connection.createStatement()) {
      statement.executeUpdate("""
          create or replace table parameters (b boolean, i8 tinyint, i16 smallint, i32 integer, i64 bigint,
          f real, d double, n decimal(9, 2), s varchar, x blob, day date, t time, ts timestamp)""");
      String insert = "insert into parameters values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
      try (PreparedStatement prepared = connection.prepareStatement(insert)) {
        Calendar utc = Calendar.getInstance(TimeZone.getTimeZone("UTC"));
        prepared.setBoolean(1, true);
        prepared.setByte(2, (byte) -8);
        prepared.setShort(3, (short) 1600);
        prepared.setInt(4, 320000);
        prepared.setLong(5, 6400000000L);
        prepared.setFloat(6, 1.5f);
        prepared.setDouble(7, 2.25);
        prepared.setBigDecimal(8, new BigDecimal("12345.67"));
        prepared.setString(9, "ä € 😀");
        prepared.setBytes(10, new byte[] {1, 0, -1});
        prepared.setDate(11, Date.valueOf("2024-02-29"), utc);
        prepared.setTime(12, Time.valueOf("12:34:56"), utc);
        prepared.setTimestamp(13, Timestamp.valueOf("2024-02-29 12:34:56.789"), utc);
        int count = prepared.executeUpdate();
        String asText = "select columns(*)::varchar from parameters";
        return Map.of("count", count, "parameters", prepared.getParameterMetaData().getParameterCount(), "rows",
            query(statement, asText));
      }
    }
  }

  /** Types that Java has no name for: the next larger ones, text, and arrays. */
  static Object wideParameters() throws Exception {
    try (Connection connection = connect(); Statement statement = connection.createStatement()) {
      statement.executeUpdate("""
          set TimeZone = 'UTC';
          create or replace table wide_parameters (u8 utinyint, u16 usmallint, u32 uinteger, u64 ubigint, h hugeint,
          tz timestamptz, id uuid, iv interval, l integer[], ls varchar[])""");
      String insert = "insert into wide_parameters values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
      try (PreparedStatement prepared = connection.prepareStatement(insert)) {
        Calendar utc = Calendar.getInstance(TimeZone.getTimeZone("UTC"));
        prepared.setShort(1, (short) 200);
        prepared.setInt(2, 60000);
        prepared.setLong(3, 4000000000L);
        prepared.setLong(4, 5000000000L);
        prepared.setBigDecimal(5, new BigDecimal("12345678901234567890123456789"));
        prepared.setTimestamp(6, Timestamp.valueOf("2024-02-29 12:34:56.789"), utc);
        prepared.setString(7, "12345678-1234-5678-9abc-123456789abc");
        prepared.setString(8, "1 month 2 days");
        prepared.setArray(9, connection.createArrayOf("INTEGER", new Object[] {1, null, 3}));
        prepared.setArray(10, connection.createArrayOf("VARCHAR", new Object[] {"a", "ü"}));
        prepared.executeUpdate();
      }
      return query(statement, "select columns(*)::varchar from wide_parameters");
    }
  }

  static Object nullParameters() throws Exception {
    try (Connection connection = connect(); Statement statement = connection.createStatement()) {
      statement.executeUpdate("create or replace table null_parameters (i integer, s varchar, d date, n decimal(9, 2))");
      try (PreparedStatement prepared = connection.prepareStatement("insert into null_parameters values (?, ?, ?, ?)")) {
        prepared.setNull(1, Types.INTEGER);
        prepared.setNull(2, Types.VARCHAR);
        prepared.setNull(3, Types.DATE);
        prepared.setNull(4, Types.DECIMAL);
        prepared.executeUpdate();
      }
      return query(statement, "from null_parameters");
    }
  }

  /** The same statement twice, with other values, and a result for each. */
  static Object preparedQuery() throws Exception {
    List<Object> seen = new ArrayList<>();
    String sql = "select i, i * ?::bigint as product from range(10) t(i) where i between ?::bigint and ?::bigint and ? = 'x'";
    try (Connection connection = connect(); PreparedStatement prepared = connection.prepareStatement(sql)) {
      for (long start : List.of(2L, 5L)) {
        prepared.setLong(1, 10);
        prepared.setLong(2, start);
        prepared.setLong(3, start + 1);
        prepared.setString(4, "x");
        try (ResultSet rows = prepared.executeQuery()) {
          seen.add(read(rows));
        }
      }
      seen.add(prepared.getMetaData().getColumnName(2));
    }
    return seen;
  }

  static Object batch() throws Exception {
    try (Connection connection = connect(); Statement statement = connection.createStatement()) {
      statement.executeUpdate("create or replace table batch (i integer, s varchar)");
      long changed = 0;
      try (PreparedStatement prepared = connection.prepareStatement("insert into batch values (?, ?)")) {
        for (int i = 0; i < 100; i++) {
          prepared.setInt(1, i);
          prepared.setString(2, "row " + i);
          prepared.addBatch();
        }
        for (int count : prepared.executeBatch()) changed += count;
      }
      return Map.of("changed", changed, "rows", query(statement, "select count(*) as n, sum(i)::bigint as sum from batch"));
    }
  }

  static Object returning() throws Exception {
    try (Connection connection = connect(); Statement statement = connection.createStatement()) {
      statement.executeUpdate("create sequence if not exists ids");
      statement.executeUpdate("create or replace table returned (i bigint default nextval('ids'), s varchar)");
      List<Object> seen = new ArrayList<>();
      seen.add(query(statement, "insert into returned (s) values ('a'), ('b') returning i, s"));
      try (PreparedStatement prepared = connection.prepareStatement("insert into returned (s) values (?) returning i")) {
        prepared.setString(1, "c");
        try (ResultSet rows = prepared.executeQuery()) {
          seen.add(read(rows));
        }
      }
      seen.add(query(statement, "select count(*) as n from returned"));
      return seen;
    }
  }

  /** Tools keep one grid open and fill another over the same connection. */
  static Object twoResultSets() throws Exception {
    String sql = "select i from range(400000) t(i)";
    try (Connection connection = connect(); Statement first = connection.createStatement();
        Statement second = connection.createStatement(); ResultSet one = first.executeQuery(sql);
        ResultSet other = second.executeQuery(sql)) {
      long sum = 0;
      while (one.next()) {
        if (!other.next()) throw new IllegalStateException("The second result ended early.");
        sum += one.getLong(1) + other.getLong(1);
      }
      return List.of(sum, other.next());
    }
  }

  static Object transactions() throws Exception {
    try (Connection connection = connect(); Statement statement = connection.createStatement();
        Connection other = connect(); Statement observer = other.createStatement()) {
      String count = "select count(*) as n from transactions";
      List<Object> seen = new ArrayList<>();
      statement.execute("create or replace table transactions (i integer)");
      statement.execute("begin");
      statement.executeUpdate("insert into transactions values (1)");
      seen.add(query(statement, count));
      seen.add(query(observer, count));
      statement.execute("rollback");
      seen.add(query(statement, count));
      statement.execute("begin transaction");
      statement.executeUpdate("insert into transactions values (1), (2)");
      statement.execute("commit");
      seen.add(query(observer, count));
      return seen;
    }
  }

  static Object temporaryTables() throws Exception {
    try (Connection connection = connect(); Statement statement = connection.createStatement()) {
      statement.execute("create temp table mine as select 7 as i");
      return query(statement, "from mine");
    }
  }

  static Object token() throws Exception {
    try (Connection connection = DriverManager.getConnection(address + "&token=" + password);
        Statement statement = connection.createStatement()) {
      return query(statement, "select 1 as i");
    }
  }

  static Object wrongPassword() throws Exception {
    return DriverManager.getConnection(address, user, "wrong");
  }

  static Object catalog() throws Exception {
    try (Connection connection = connect(); Statement statement = connection.createStatement()) {
      statement.execute("attach if not exists ':memory:' as other");
    }
    Properties login = new Properties();
    login.setProperty("user", user);
    login.setProperty("password", password);
    // Closing such a connection is beyond this driver: it ends the session once more after hanging up, and throws.
    Connection connection = DriverManager.getConnection(address + "&catalog=other", login);
    Object rows;
    try (Statement statement = connection.createStatement()) {
      rows = query(statement, "select current_catalog() as c");
    }
    try {
      connection.close();
    } catch (SQLException error) {
      if (!error.getMessage().contains("Channel shutdown")) throw error;
    }
    return rows;
  }

  static Object wrongSql() throws Exception {
    try (Connection connection = connect(); Statement statement = connection.createStatement()) {
      return query(statement, "select * from no_such_table");
    }
  }

  static Object maxRows() throws Exception {
    try (Connection connection = connect(); Statement statement = connection.createStatement()) {
      statement.setMaxRows(3);
      return query(statement, "select i from range(1000000) t(i)");
    }
  }

  /** Another thread cancels while rows arrive; the connection goes on. */
  static Object cancel() throws Exception {
    try (Connection connection = connect(); Statement statement = connection.createStatement()) {
      String failure = "none";
      try (ResultSet rows = statement.executeQuery("select i, repeat('x', 1000) as s from range(100000000) t(i)")) {
        rows.next();
        Thread canceller = new Thread(() -> {
          try {
            statement.cancel();
          } catch (SQLException error) {
            throw new IllegalStateException(error);
          }
        });
        canceller.start();
        canceller.join();
        while (rows.next()) {
        }
      } catch (SQLException error) {
        failure = "SQLException";
      }
      try (Statement next = connection.createStatement()) {
        return List.of(failure, query(next, "select 1 as i"));
      }
    }
  }

  /** Calls every getter of DatabaseMetaData that takes no argument, and notes what it says or that it failed. */
  static Object metadataGetters() throws Exception {
    Map<String, Object> seen = new TreeMap<>();
    try (Connection connection = connect()) {
      DatabaseMetaData metadata = connection.getMetaData();
      for (Method method : DatabaseMetaData.class.getMethods()) {
        if (method.getParameterCount() > 0 || method.getDeclaringClass() != DatabaseMetaData.class) continue;
        try {
          Object value = method.invoke(metadata);
          boolean plain = value == null || value instanceof String || value instanceof Number || value instanceof Boolean;
          if (value instanceof ResultSet rows) seen.put(method.getName(), count(rows));
          else seen.put(method.getName(), plain ? value : value.getClass().getSimpleName());
        } catch (InvocationTargetException error) {
          seen.put(method.getName(), Map.of("error", String.valueOf(error.getCause())));
        }
      }
      seen.put("supportsConvert(int, int)", metadata.supportsConvert(Types.INTEGER, Types.VARCHAR));
      seen.put("supportsResultSetType", metadata.supportsResultSetType(ResultSet.TYPE_FORWARD_ONLY));
      seen.put("supportsTransactionIsolationLevel", metadata.supportsTransactionIsolationLevel(Connection.TRANSACTION_SERIALIZABLE));
    }
    return seen;
  }

  static Object catalogs() throws Exception {
    try (Connection connection = connect()) {
      DatabaseMetaData metadata = connection.getMetaData();
      try (ResultSet catalogs = metadata.getCatalogs(); ResultSet schemas = metadata.getSchemas(); ResultSet types = metadata.getTableTypes()) {
        return List.of(read(catalogs), read(schemas), read(types));
      }
    }
  }

  static Object tables() throws Exception {
    try (Connection connection = connect(); Statement statement = connection.createStatement()) {
      statement.execute("create schema if not exists shop");
      statement.execute("create or replace table shop.tables_a (i integer)");
      statement.execute("create or replace view shop.tables_b as select 1 as i");
      DatabaseMetaData metadata = connection.getMetaData();
      List<Object> seen = new ArrayList<>();
      for (String[] types : new String[][] {null, {"VIEW"}, {"TABLE"}, {"BASE TABLE"}}) {
        try (ResultSet rows = metadata.getTables(null, "shop", "tables_%", types)) {
          seen.add(read(rows, "TABLE_SCHEM", "TABLE_NAME", "TABLE_TYPE"));
        }
      }
      return seen;
    }
  }

  static Object columns() throws Exception {
    try (Connection connection = connect(); Statement statement = connection.createStatement()) {
      statement.execute("create or replace table columns (i integer not null, s varchar, d decimal(9, 2), ts timestamp, l integer[])");
      try (ResultSet rows = connection.getMetaData().getColumns(null, "main", "columns", "%")) {
        return read(rows, "COLUMN_NAME", "DATA_TYPE", "TYPE_NAME", "COLUMN_SIZE", "DECIMAL_DIGITS", "NULLABLE", "ORDINAL_POSITION");
      }
    }
  }

  static Object keys() throws Exception {
    try (Connection connection = connect(); Statement statement = connection.createStatement()) {
      statement.execute("create table if not exists keys_a (x integer, y integer, primary key (y, x))");
      statement.execute("create table if not exists keys_b (p integer, q integer, foreign key (q, p) references keys_a (y, x))");
      DatabaseMetaData metadata = connection.getMetaData();
      Map<String, Object> seen = new TreeMap<>();
      String[] names = {"PKTABLE_NAME", "PKCOLUMN_NAME", "FKTABLE_NAME", "FKCOLUMN_NAME", "KEY_SEQ"};
      try (ResultSet rows = metadata.getPrimaryKeys(null, "main", "keys_a")) {
        seen.put("primary", read(rows, "TABLE_NAME", "COLUMN_NAME", "KEY_SEQ"));
      }
      try (ResultSet rows = metadata.getImportedKeys(null, "main", "keys_b")) {
        seen.put("imported", read(rows, names));
      }
      try (ResultSet rows = metadata.getExportedKeys(null, "main", "keys_a")) {
        seen.put("exported", read(rows, names));
      }
      try (ResultSet rows = metadata.getCrossReference(null, "main", "keys_a", null, "main", "keys_b")) {
        seen.put("cross", read(rows, names));
      }
      return seen;
    }
  }

  /** The driver has no answer of its own here; what counts is that asking does not fail. */
  static Object typeInfo() throws Exception {
    try (Connection connection = connect()) {
      DatabaseMetaData metadata = connection.getMetaData();
      try (ResultSet types = metadata.getTypeInfo(); ResultSet indexes = metadata.getIndexInfo(null, "main", "keys_a", false, true)) {
        return List.of(count(types) >= 0, count(indexes) >= 0);
      }
    }
  }

  static Object query(Statement statement, String sql) throws SQLException {
    try (ResultSet rows = statement.executeQuery(sql)) {
      return read(rows);
    }
  }

  /** Rows as maps of text; all columns, or those named. */
  static List<Object> read(ResultSet rows, String... names) throws SQLException {
    ResultSetMetaData columns = rows.getMetaData();
    List<String> wanted = new ArrayList<>(List.of(names));
    for (int i = 1; names.length == 0 && i <= columns.getColumnCount(); i++) wanted.add(columns.getColumnLabel(i));
    List<Object> all = new ArrayList<>();
    while (rows.next()) {
      Map<String, Object> row = new LinkedHashMap<>();
      for (String name : wanted) row.put(name, rows.getString(name));
      all.add(row);
    }
    return all;
  }

  static int count(ResultSet rows) throws SQLException {
    try (rows) {
      int count = 0;
      while (rows.next()) count++;
      return count;
    }
  }

  static String toJson(Object value) {
    if (value instanceof Map<?, ?> map) {
      List<String> members = new ArrayList<>();
      for (Map.Entry<?, ?> entry : map.entrySet()) members.add(toJson(String.valueOf(entry.getKey())) + ":" + toJson(entry.getValue()));
      return "{" + String.join(",", members) + "}";
    }
    if (value instanceof Iterable<?> list) {
      List<String> items = new ArrayList<>();
      for (Object item : list) items.add(toJson(item));
      return "[" + String.join(",", items) + "]";
    }
    if (value == null || value instanceof Number || value instanceof Boolean) return String.valueOf(value);
    StringBuilder text = new StringBuilder("\"");
    for (char c : value.toString().toCharArray()) {
      if (c < ' ' || c == '"' || c == '\\' || c > '~') text.append(String.format("\\u%04x", (int) c));
      else text.append(c);
    }
    return text.append('"').toString();
  }
}
