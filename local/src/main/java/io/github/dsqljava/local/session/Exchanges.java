package io.github.dsqljava.local.session;

import io.github.dsqljava.local.dialect.TransactionEffect;
import io.github.dsqljava.local.occ.Interruptible;
import io.github.dsqljava.local.occ.Interruption;
import io.github.dsqljava.local.plans.PlanPortals;
import io.github.dsqljava.local.protocol.Answer;
import io.github.dsqljava.local.protocol.BackendType;
import io.github.dsqljava.local.protocol.MessageSplitter;
import io.github.dsqljava.local.protocol.MessageSplitter.Handling;
import io.github.dsqljava.local.protocol.ReadyForQuery;
import io.github.dsqljava.local.protocol.Sync;
import io.github.dsqljava.local.protocol.TransactionStatus;
import io.github.dsqljava.local.session.ClientExchange.Holding;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The requests in flight to PostgreSQL. Assigns each answer to its request, and knows the status of
 * PostgreSQL's transaction and whether PostgreSQL asks for data of COPY. Belongs to an event loop.
 */
final class Exchanges implements Interruptible, MessageSplitter.Sink {
  private final Backend backend;
  private final ClientPort client;
  private final PlanPortals portals;
  private final Interruption interruption = new Interruption(this);
  private final Deque<Exchange> inFlight = new ArrayDeque<>();
  private TransactionStatus status = TransactionStatus.IDLE;

  /** Whether PostgreSQL asks for data of COPY, and so ignores Sync. */
  private boolean copiesIn;

  /** A ReadyForQuery that is held until an interruption is over; null if there is none. */
  private @Nullable ReadyForQuery deferred;

  /**
   * @param portals the unread rows of plans in the session's portals
   */
  Exchanges(Backend backend, ClientPort client, PlanPortals portals) {
    this.backend = backend;
    this.client = client;
    this.portals = portals;
  }

  // ---- what is sent

  /** Sends a group of the client. */
  ClientExchange send(Run run, Holding holding, ClientExchange.Listener listener) {
    ClientExchange exchange =
        new ClientExchange(run, holding, backend.allocator(), client, portals, listener);
    inFlight.addLast(exchange);
    for (ByteBuf message : run.group().messages()) {
      backend.write(message.retainedDuplicate());
    }
    return exchange;
  }

  /** Sends a script that ends with a Sync and whose answer the client does not see. */
  void ask(Consumer<Answer> then, ByteBuf script) {
    inFlight.addLast(new OwnExchange(then, client));
    backend.write(script);
  }

  // ---- what PostgreSQL answers

  @Override
  public Handling handling(byte type) {
    Exchange current = inFlight.peekFirst();
    boolean wanted =
        switch (type) {
          case BackendType.READY_FOR_QUERY,
              BackendType.ERROR_RESPONSE,
              BackendType.COPY_IN_RESPONSE ->
              true;
          default -> current == null ? client.wantsAll() : current.wants(type);
        };
    return wanted ? Handling.TAKE : Handling.PASS;
  }

  @Override
  public void bytes(ByteBuf run) {
    Exchange current = inFlight.peekFirst();
    if (current == null) {
      client.send(run);
    } else {
      current.bytes(run);
    }
  }

  @Override
  public void message(byte type, ByteBuf message) {
    Exchange current = inFlight.peekFirst();
    if (current == null) {
      client.unasked(message);
    } else if (type == BackendType.READY_FOR_QUERY) {
      ReadyForQuery ready = ReadyForQuery.decode(message);
      message.release();
      if (interruption.isUnderWay() && inFlight.size() == 1) {
        deferred = ready;
      } else {
        ready(current, ready);
      }
    } else {
      current.message(type, message);
      if (type == BackendType.ERROR_RESPONSE) {
        copyEnds(); // PostgreSQL takes no more data
      }
    }
  }

  private void ready(Exchange exchange, ReadyForQuery ready) {
    inFlight.removeFirst();
    copiesIn = false;
    status = ready.status();
    exchange.ready(ready.status());
  }

  /** Returns the status as of the last ReadyForQuery. */
  TransactionStatus status() {
    return status;
  }

  void copyBegins() {
    copiesIn = true;
    interruption.mustNotBeCancelled();
  }

  /**
   * PostgreSQL has all data of COPY, or takes no more. During COPY it has ignored the Sync of an
   * extended batch, so it gets another one.
   */
  void copyEnds() {
    if (copiesIn
        && inFlight.peekFirst() instanceof ClientExchange of
        && !of.run().group().isQuery()) {
      backend.write(Sync.encode(backend.allocator()));
    }
    copiesIn = false;
  }

  /**
   * The client ends a COPY with CopyFail. PostgreSQL reports that with the SQLSTATE of a
   * cancellation, which must not count as ours.
   */
  void clientGivesUpCopy() {
    if (copiesIn && inFlight.peekFirst() instanceof ClientExchange of) {
      of.forgetCancellation();
    }
  }

  /** Whether PostgreSQL asks for data of COPY. */
  boolean copiesIn() {
    return copiesIn;
  }

  // ---- exchanges in progress

  boolean isIdle() {
    return inFlight.isEmpty();
  }

  /**
   * Returns the exchange of the only group in flight; null if there is none or something else is.
   */
  @Nullable ClientExchange current() {
    return inFlight.size() == 1 && inFlight.peekFirst() instanceof ClientExchange of ? of : null;
  }

  /** Whether something is in flight that may affect other sessions. */
  boolean isActive() {
    for (Exchange exchange : inFlight) {
      if (!(exchange instanceof ClientExchange of && of.run().group().standsAlone())) {
        return true;
      }
    }
    return false;
  }

  /** Whether nothing is in flight, except for a BEGIN that cannot fail. */
  boolean runsNothingButBegin() {
    for (Exchange exchange : inFlight) {
      if (!(exchange instanceof ClientExchange of && of.run().cannotFail())) {
        return false;
      }
    }
    return true;
  }

  /** Whether later groups depend on the outcome of something in flight. */
  boolean mayTakeBackOrStop() {
    for (Exchange exchange : inFlight) {
      if (exchange instanceof ClientExchange of
          && (of.isHolding()
              || of.run().mayStopTheNext()
              || of.run().endsImplicit()
              || of.run().fault() != null)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a BEGIN in flight may fail. */
  boolean mayFailToBegin() {
    for (Exchange exchange : inFlight) {
      if (exchange instanceof ClientExchange of
          && of.run().group().effect() == TransactionEffect.BEGIN
          && !of.run().cannotFail()) {
        return true;
      }
    }
    return false;
  }

  /** PostgreSQL is gone. */
  void abandon() {
    inFlight.forEach(Exchange::abandon);
    inFlight.clear();
  }

  // ---- for those who interrupt

  Interruption interruption() {
    return interruption;
  }

  @Override
  public void execute(Runnable task) {
    backend.execute(task);
  }

  @Override
  public boolean markCancelled() {
    if (inFlight.size() != 1) {
      return false; // a savepoint before it could be hit
    }
    if (inFlight.peekFirst() instanceof ClientExchange running) {
      if (!running.isHolding()) {
        return false; // the client has seen a part of it
      }
      running.markCancelled();
    }
    return true;
  }

  @Override
  public void markWaited() {
    if (inFlight.peekLast() instanceof ClientExchange running) {
      running.markWaited();
    }
  }

  @Override
  public void resume() {
    ReadyForQuery ready = deferred;
    Exchange current = inFlight.peekFirst();
    if (ready != null && current != null) {
      deferred = null;
      ready(current, ready);
      backend.flushClient();
    }
  }
}
