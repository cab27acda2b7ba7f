package io.github.dsqljava.local.session;

import io.github.dsqljava.local.occ.Interruption.Leave;
import io.github.dsqljava.local.protocol.ErrorMessage;
import io.github.dsqljava.local.protocol.Parse;
import io.github.dsqljava.local.protocol.Sync;
import io.github.dsqljava.local.request.FailInPlace;
import io.github.dsqljava.local.request.OwnNames;
import io.netty.buffer.ByteBufAllocator;
import java.util.function.Consumer;

/** Asks PostgreSQL whether it can parse a text, without running anything. */
final class SyntaxCheck {
  private static final String SAVEPOINT = "\"dsql$syntax\"";

  private final OwnWork own;
  private final OwnNames names;
  private final ByteBufAllocator allocator;

  SyntaxCheck(OwnWork own, OwnNames names, ByteBufAllocator allocator) {
    this.own = own;
    this.names = names;
    this.allocator = allocator;
  }

  /**
   * Checks a text of several statements, which PostgreSQL refuses after it has parsed them all.
   *
   * @param inTransaction whether a transaction is open, which the check must not abort
   */
  void run(String sql, boolean inTransaction, Consumer<ErrorMessage> failed, Runnable passed) {
    if (inTransaction) {
      own.sendAhead("SAVEPOINT " + SAVEPOINT);
    }
    own.ask(
        Leave.NONE,
        answer -> {
          ErrorMessage error = answer.error();
          if (error != null && !FailInPlace.isOnlyNumberOfStatements(error)) {
            failed.accept(error);
          } else if (inTransaction) {
            own.ask(
                Leave.NONE,
                unused -> passed.run(),
                "ROLLBACK TO SAVEPOINT " + SAVEPOINT,
                "RELEASE SAVEPOINT " + SAVEPOINT);
          } else {
            passed.run();
          }
        },
        Sync.encode(new Parse(names.trial(), sql).encode(allocator)));
  }
}
