package io.github.dsqljava.local.session;

import io.github.dsqljava.local.limits.MemoryBudget;
import io.github.dsqljava.local.occ.Interruption.Leave;
import io.github.dsqljava.local.occ.Parking;
import io.github.dsqljava.local.occ.Transaction;
import io.github.dsqljava.local.occ.Transaction.Protection;
import io.github.dsqljava.local.protocol.CopyFail;
import io.github.dsqljava.local.protocol.FrontendType;
import io.github.dsqljava.local.protocol.Message;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The COPY FROM STDIN of a session: hands data on while PostgreSQL asks for it, and keeps it. If
 * another session waits for the transaction while the client is silent, this class ends
 * PostgreSQL's COPY, the transaction gives way, and the group runs again when the client has sent
 * the rest. Belongs to an event loop.
 */
final class Copies {
  private final Backend backend;
  private final Exchanges exchanges;
  private final SessionState state;
  private final OwnWork own;
  private final Parking parking;
  private final Retries retries;
  private final MemoryBudget budget;

  /** The group whose data the client sends, or has sent; null if there is none. */
  private @Nullable Run run;

  /** Whether the group waits without running in PostgreSQL. */
  private boolean paused;

  /**
   * @param budget for the kept data
   */
  Copies(
      Backend backend,
      Exchanges exchanges,
      SessionState state,
      OwnWork own,
      Parking parking,
      Retries retries,
      MemoryBudget budget) {
    this.backend = backend;
    this.exchanges = exchanges;
    this.state = state;
    this.own = own;
    this.parking = parking;
    this.retries = retries;
    this.budget = budget;
  }

  private @Nullable CopyInput input() {
    return run == null ? null : run.input();
  }

  /** Whether the client is in a COPY from its own point of view. */
  boolean isOpen() {
    CopyInput input = input();
    return input != null && input.isOpen();
  }

  /** Whether reading from the client should pause. */
  boolean isFull() {
    CopyInput input = input();
    return input != null && input.isOverfull();
  }

  // ---- what PostgreSQL does

  /** PostgreSQL asks for data; returns whether the client was asked before. */
  boolean begins(Run of) {
    run = of;
    CopyInput input = of.input();
    if (input == null) {
      input = new CopyInput(backend.allocator(), budget);
      of.input(input);
    }
    boolean known = input.isReached();
    exchanges.copyBegins();
    of.group().losesSync();
    if (known) {
      replay(input);
    }
    return known;
  }

  private void replay(CopyInput input) {
    input.replay(backend::write);
    if (input.isViolated()) {
      backend.write(invalid());
    }
    if (input.isReachedWhole()) {
      exchanges.copyEnds();
    }
    if (input.isOverfull() && !input.isAhead()) {
      input.forget();
    }
  }

  // ---- what the client sends

  /** Takes data of the COPY that is open, or the end of it. */
  void take(byte type, ByteBuf message) {
    CopyInput input = input();
    if (input == null) {
      message.release();
      return;
    }
    input.add(message);
    if (type == FrontendType.COPY_FAIL) {
      input.giveUp();
    } else if (type == FrontendType.COPY_DONE) {
      input.close();
    }
    if (!exchanges.copiesIn()) {
      message.release(); // it comes when PostgreSQL asks for it again
      return;
    }
    if (input.isGivenUp() && !input.isKept()) {
      exchanges.clientGivesUpCopy();
    }
    backend.write(message);
    if (!input.isOpen()) {
      exchanges.copyEnds();
    }
    if (input.isOverfull()) {
      input.forget();
    }
  }

  /**
   * While PostgreSQL waits for data, it ignores Sync and Flush, and ends the connection at any
   * other message. The message must not reach it: if the COPY has just failed, PostgreSQL would run
   * a statement that no rule has checked.
   */
  void takeOther(byte type) {
    CopyInput input = input();
    if (input == null || type == FrontendType.FLUSH) {
      return;
    }
    if (type == FrontendType.SYNC) {
      input.sync();
      return;
    }
    input.violate();
    if (exchanges.copiesIn()) {
      backend.write(invalid());
    }
  }

  private ByteBuf invalid() {
    return Message.empty(backend.allocator(), FrontendType.QUERY);
  }

  // ---- giving way

  /**
   * Ends PostgreSQL's COPY, if another session waits for the transaction and the client may be
   * silent.
   */
  void giveWay() {
    CopyInput input = input();
    ClientExchange exchange = exchanges.current();
    Transaction running = state.transaction();
    if (input == null
        || exchange == null
        || running == null
        || !input.isOpen()
        || !exchanges.copiesIn()
        || exchanges.interruption().isUnderWay()
        || !(running.isOffTables() || exchange.isHolding())) {
      return;
    }
    state.nobodyAsksToYield();
    exchange.withdraw();
    backend.write(CopyFail.encode(backend.allocator()));
    exchanges.copyEnds();
  }

  /**
   * A group has been answered. If its COPY was ended for others, and the client has not sent all,
   * the transaction gives way.
   */
  boolean pauses(ClientExchange exchange) {
    Run of = exchange.run();
    CopyInput input = of.input();
    Transaction running = state.transaction();
    boolean incomplete = exchange.isWithdrawn() || (input != null && input.isOpen());
    if (running == null || !incomplete || !exchange.isStopped()) {
      return false;
    }
    paused = true;
    retries.forgetStatements(of.group());
    if (running.isOffTables()) {
      parking.giveUp(running);
    } else {
      own.ask(
          Leave.NONE,
          answer -> {
            if (answer.error() == null) {
              parking.giveWay();
            } else {
              parking.giveUp(running);
            }
          },
          stepsBack(running.protection()));
    }
    return true;
  }

  private static String[] stepsBack(Protection protection) {
    return switch (protection) {
      case NONE -> throw new IllegalStateException("nothing to go back to");
      case BASE -> new String[] {"ROLLBACK TO SAVEPOINT " + Transaction.BASE};
      case STATEMENT ->
          new String[] {
            "ROLLBACK TO SAVEPOINT " + Transaction.STATEMENT,
            "RELEASE SAVEPOINT " + Transaction.STATEMENT
          };
    };
  }

  /** Whether a group waits for the client's data without running in PostgreSQL. */
  boolean isPaused() {
    return paused;
  }

  /** Returns the group that can run again; null if it still waits for the client. */
  @Nullable Run takeDue() {
    CopyInput input = input();
    if (!paused || input == null || !input.isDue()) {
      return null;
    }
    paused = false;
    return run;
  }

  // ---- the end

  /** A COPY has failed for good. Data that comes now is ignored. */
  void fails(Run of) {
    CopyInput input = of.input();
    if (input == null || !input.isOpen()) {
      return;
    }
    input.close();
    if (input.hasSync()) {
      of.group().regainsSync();
    }
    if (input.isViolated() && !exchanges.copiesIn()) {
      backend.write(invalid());
    }
  }

  /** A group is over. */
  void over(Run of) {
    fails(of);
    if (run == of) {
      run = null;
      paused = false;
    }
  }
}
