package io.github.dsqljava.r2dbc;

import io.github.dsqljava.DsqlConfig;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactory;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The Java of docs/r2dbc.md and of the README, line by line; {@link R2dbcDocumentTest} runs it. */
final class R2dbcSnippets {
  private R2dbcSnippets() {}

  static ConnectionFactory url() {
    ConnectionFactory factory =
        ConnectionFactories.get(
            "r2dbc:dsql://app@abcdefghijklmnopqrstuvwxyz.dsql.us-east-1.on.aws/postgres?schema=shop&maxSize=20");
    return factory;
  }

  static DsqlR2dbc builder(DsqlConfig config) {
    DsqlR2dbc dsql = DsqlR2dbc.of(config, R2dbcSettings.builder().minSize(5).maxSize(20).build());
    return dsql;
  }

  static Mono<Long> count(DsqlR2dbc dsql) {
    Mono<Long> count =
        Mono.usingWhen(
            dsql.create(),
            connection ->
                connection
                    .createStatement("SELECT count(*) FROM account")
                    .execute()
                    .flatMap(result -> result.map((row, metadata) -> row.get(0, Long.class)))
                    .single(),
            PostgresqlConnection::close);
    return count;
  }

  static Flux<Long> transfer(DsqlR2dbc dsql, int from, int to, int amount) {
    Flux<Long> moved =
        dsql.inTransaction(
            connection ->
                connection
                    .createStatement("UPDATE account SET balance = balance - $1 WHERE id = $2")
                    .bind("$1", amount)
                    .bind("$2", from)
                    .execute()
                    .concatWith(
                        connection
                            .createStatement(
                                "UPDATE account SET balance = balance + $1 WHERE id = $2")
                            .bind("$1", amount)
                            .bind("$2", to)
                            .execute())
                    .concatMap(result -> result.getRowsUpdated()));
    return moved;
  }

  static Mono<Long> many(DsqlR2dbc dsql) {
    Mono<Long> written =
        dsql.executeMany(
            "INSERT INTO event VALUES ($1, $2)", List.of(List.of(1, "a"), List.of(2, "b")));
    return written;
  }
}
