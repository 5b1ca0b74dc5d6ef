/** The words of DuckDB's SQL that drivers list: keywords, and functions under the names that ODBC's escapes use. */

export const SQL_WORDS = {
  /** Reserved in DuckDB and no keywords of SQL:2003, as JDBC's getSQLKeywords wants them. */
  keywords: words(
    'ANALYSE ANALYZE LAMBDA LIMIT OFFSET PIVOT PIVOT_LONGER PIVOT_WIDER PLACING QUALIFY RETURNING SHOW SUMMARIZE UNPIVOT VARIADIC',
  ),
  numericFunctions: words(
    'ABS ACOS ASIN ATAN ATAN2 CEILING COS COT DEGREES EXP FLOOR LOG LOG10 MOD PI POWER RADIANS ROUND SIGN SIN SQRT TAN',
  ),
  stringFunctions: words(
    'ASCII BIT_LENGTH CHR CONCAT LCASE LEFT LENGTH LOWER LTRIM POSITION REPEAT REPLACE RIGHT RTRIM SUBSTRING TRIM UCASE UPPER',
  ),
  systemFunctions: words(
    'COALESCE CURRENT_CATALOG CURRENT_DATABASE CURRENT_SCHEMA CURRENT_USER IFNULL NULLIF USER',
  ),
  datetimeFunctions: words(
    'CURRENT_DATE CURRENT_TIMESTAMP DAYNAME DAYOFMONTH DAYOFWEEK DAYOFYEAR EXTRACT HOUR MINUTE MONTH MONTHNAME NOW QUARTER SECOND WEEK YEAR',
  ),
} as const;

function words(text: string): readonly string[] {
  return text.split(' ');
}
