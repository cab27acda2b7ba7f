package com.example;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.enterprise.context.ApplicationScoped;

/** What the application does. */
@ApplicationScoped
public class Items {
  private final Pool pool;

  Items(Pool pool) {
    this.pool = pool;
  }

  Uni<String> user() {
    return pool.query("SELECT current_user")
        .execute()
        .map(rows -> rows.iterator().next().getString(0));
  }

  /** Two connections at once. */
  Uni<Integer> twice() {
    return pool.withConnection(
        first ->
            pool.withConnection(
                second ->
                    second
                        .query("SELECT 42")
                        .execute()
                        .map(rows -> rows.iterator().next().getInteger(0))));
  }
}
