package io.github.dsqljava.r2dbc;

import io.r2dbc.postgresql.api.PostgresqlBatch;
import io.r2dbc.postgresql.api.PostgresqlResult;
import java.util.ArrayList;
import java.util.List;
import reactor.core.publisher.Flux;

/** The driver's batch of statements without parameters, guarded as single ones are. */
final class GuardedBatch implements PostgresqlBatch {
  private final Guard guard;
  private final PostgresqlBatch batch;
  private final List<String> texts = new ArrayList<>();

  GuardedBatch(Guard guard, PostgresqlBatch batch) {
    this.guard = guard;
    this.batch = batch;
  }

  @Override
  public PostgresqlBatch add(String sql) {
    batch.add(sql);
    texts.add(sql);
    return this;
  }

  @Override
  public Flux<PostgresqlResult> execute() {
    Flux<PostgresqlResult> results = batch.execute();
    return guard.many(
        String.join("; ", texts),
        () -> {
          texts.forEach(guard::check);
          return results.map(result -> new GuardedResult(guard, result));
        });
  }

  @Override
  public String toString() {
    return batch.toString();
  }
}
