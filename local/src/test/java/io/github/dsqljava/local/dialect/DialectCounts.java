package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlStatement;
import io.github.dsqljava.local.sql.SqlStatements;
import java.util.List;

/** The dialect of the service, which counts how often it scans a text. */
public final class DialectCounts {
  private final Dialect dialect = Dialect.readingBy(this::split);
  private int scans;

  public ClientText read(String sql) {
    return dialect.read(sql);
  }

  public int scans() {
    return scans;
  }

  private List<SqlStatement> split(String sql) {
    scans++;
    return SqlStatements.split(sql);
  }
}
