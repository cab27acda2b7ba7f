package io.github.dsqljava.vertx.internal;

import io.vertx.sqlclient.internal.command.CommandBase;
import io.vertx.sqlclient.internal.command.ExtendedQueryCommand;
import java.util.List;
import java.util.Objects;

/**
 * Refuses nulls at the call. Vert.x would find them on the event loop, where no caller gets the
 * exception and the connection hangs.
 */
final class Arguments {

  private Arguments() {}

  /**
   * Checks the parameters of a query.
   *
   * @throws NullPointerException that names what is null, as Vert.x's own methods call it
   */
  static void check(CommandBase<?> command) {
    if (!(command instanceof ExtendedQueryCommand<?> query)) {
      return;
    }
    if (!query.isBatch()) {
      Objects.requireNonNull(query.params(), "tuple");
      return;
    }
    List<?> batch = Objects.requireNonNull(query.paramsList(), "batch");
    int index = 0;
    for (Object tuple : batch) {
      int at = index++;
      Objects.requireNonNull(tuple, () -> "batch[" + at + "]");
    }
  }
}
