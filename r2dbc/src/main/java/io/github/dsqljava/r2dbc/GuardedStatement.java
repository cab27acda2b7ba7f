package io.github.dsqljava.r2dbc;

import io.r2dbc.postgresql.api.PostgresqlResult;
import io.r2dbc.postgresql.api.PostgresqlStatement;
import reactor.core.publisher.Flux;

/** The driver's statement, which executes nothing once its connection was given back. */
final class GuardedStatement implements PostgresqlStatement {
  private final Guard guard;
  private final String sql;
  private final PostgresqlStatement statement;

  GuardedStatement(Guard guard, String sql, PostgresqlStatement statement) {
    this.guard = guard;
    this.sql = sql;
    this.statement = statement;
  }

  @Override
  public PostgresqlStatement add() {
    statement.add();
    return this;
  }

  @Override
  public PostgresqlStatement bind(String identifier, Object value) {
    statement.bind(identifier, value);
    return this;
  }

  @Override
  public PostgresqlStatement bind(int index, Object value) {
    statement.bind(index, value);
    return this;
  }

  @Override
  public PostgresqlStatement bindNull(String identifier, Class<?> type) {
    statement.bindNull(identifier, type);
    return this;
  }

  @Override
  public PostgresqlStatement bindNull(int index, Class<?> type) {
    statement.bindNull(index, type);
    return this;
  }

  @Override
  public PostgresqlStatement fetchSize(int rows) {
    statement.fetchSize(rows);
    return this;
  }

  @Override
  public PostgresqlStatement returnGeneratedValues(String... columns) {
    statement.returnGeneratedValues(columns);
    return this;
  }

  @Override
  public Flux<PostgresqlResult> execute() {
    // Like the driver, throws at once if the statement is invalid.
    Flux<PostgresqlResult> results = statement.execute();
    return guard.many(sql, () -> results.map(result -> new GuardedResult(guard, result)));
  }

  @Override
  public String toString() {
    return statement.toString();
  }
}
