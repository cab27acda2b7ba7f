package io.github.dsqljava.local.plans;

import io.github.dsqljava.local.dialect.Explanation;
import io.github.dsqljava.local.dialect.Explanation.Format;
import io.github.dsqljava.local.protocol.BackendType;
import io.github.dsqljava.local.protocol.Bind;
import io.github.dsqljava.local.protocol.CommandComplete;
import io.github.dsqljava.local.protocol.DataRow;
import io.github.dsqljava.local.protocol.ErrorMessage;
import io.github.dsqljava.local.protocol.Execute;
import io.github.dsqljava.local.protocol.Message;
import io.github.dsqljava.local.protocol.RowDescription;
import io.github.dsqljava.local.request.Group;
import io.github.dsqljava.local.request.SentPosition;
import io.github.dsqljava.local.request.Step;
import io.github.dsqljava.local.request.Step.Use;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Turns PostgreSQL's answers to EXPLAIN into the service's. PostgreSQL answers with one row of
 * JSON; the client gets the rows of the format that it asked for, and from a portal no more at once
 * than the limit of its Execute. For one run of one group.
 */
public final class PlanAnswers {
  private static final int TEXT_OID = 25;
  private static final int XML_OID = 142;

  private final Group group;
  private final PlanPortals portals;
  private final Supplier<Map<String, String>> shadows;
  private final ByteBufAllocator allocator;

  /** The number of steps that PostgreSQL has answered. */
  private int answered;

  /** The unread rows of the portals before the first message came; null until then. */
  private @Nullable Map<String, List<String>> before;

  /** The rows of a Query that are still to be sent. */
  private List<String> rows = List.of();

  /**
   * For a group in which a statement asks for a plan.
   *
   * @param portals the unread rows of the session's portals
   * @param shadows the shadows that the group is run on; see {@link Surroundings}
   */
  public PlanAnswers(
      Group group,
      PlanPortals portals,
      Supplier<Map<String, String>> shadows,
      ByteBufAllocator allocator) {
    this.group = group;
    this.portals = portals;
    this.shadows = shadows;
    this.allocator = allocator;
  }

  /** The group will run again, so its portals give their rows again. */
  public void takeBack() {
    if (before != null) {
      portals.restore(before);
    }
  }

  /** Returns an error with its position in the text that the client has sent. */
  public ErrorMessage asSent(ErrorMessage error) {
    Step step = current();
    return step == null ? error : SentPosition.of(error, step);
  }

  /**
   * Takes a message of PostgreSQL's if the client gets other messages in its place, or none.
   *
   * @return whether it was taken; if not, the caller hands it on after the messages that went to
   *     the client
   */
  public boolean replaces(byte type, ByteBuf message, Consumer<ByteBuf> toClient) {
    if (before == null) {
      before = portals.state();
    }
    Step step = current();
    if (step == null) {
      return false;
    }
    Explanation asked = step.explanation();
    switch (type) {
      case BackendType.ROW_DESCRIPTION -> {
        if (asked != null) {
          retype(message, asked.format());
        }
        isAnswered(step.use() == Use.DESCRIBE);
      }
      case BackendType.DATA_ROW -> {
        if (asked != null && step.runs()) {
          keep(step, message);
          return true;
        }
      }
      case BackendType.COMMAND_COMPLETE, BackendType.PORTAL_SUSPENDED -> {
        isAnswered(step.runs());
        if (asked != null && step.use() == Use.QUERY) {
          rows.forEach(row -> send(row, toClient));
          rows = List.of();
        } else if (asked != null && step.use() == Use.EXECUTE) {
          return fetch(step, type, message, toClient);
        }
      }
      case BackendType.BIND_COMPLETE -> {
        if (step.use() == Use.BIND) {
          portals.forget(Bind.decode(group.messages().get(step.at())).portal());
        }
        isAnswered(step.use() == Use.BIND);
      }
      case BackendType.EMPTY_QUERY_RESPONSE -> isAnswered(step.runs());
      case BackendType.PARSE_COMPLETE -> isAnswered(step.use() == Use.PARSE);
      case BackendType.CLOSE_COMPLETE -> isAnswered(step.use() == Use.CLOSE);
      case BackendType.NO_DATA -> isAnswered(step.use() == Use.DESCRIBE);
      default -> {}
    }
    return false;
  }

  private @Nullable Step current() {
    List<Step> steps = group.steps();
    return answered < steps.size() ? steps.get(answered) : null;
  }

  private void isAnswered(boolean isIt) {
    answered += isIt ? 1 : 0;
  }

  /** Changes the column's type, which is json in PostgreSQL's description. */
  private static void retype(ByteBuf message, Format format) {
    switch (format) {
      case TEXT, YAML -> RowDescription.retype(message, TEXT_OID);
      case XML -> RowDescription.retype(message, XML_OID);
      case JSON -> {}
    }
  }

  private void keep(Step step, ByteBuf message) {
    String json = DataRow.decode(message).columns().get(0);
    message.release();
    List<String> made =
        new Explained(Objects.requireNonNull(step.statement()))
            .rows(json, portals.surroundings(shadows.get()));
    if (step.use() == Use.QUERY) {
      rows = made;
    } else {
      portals.keep(portal(step), made);
    }
  }

  private boolean fetch(Step step, byte type, ByteBuf message, Consumer<ByteBuf> toClient) {
    int max = Execute.maxRows(group.messages().get(step.at()));
    List<String> next = portals.take(portal(step), max);
    next.forEach(row -> send(row, toClient));
    boolean suspended = max > 0 && next.size() == max;
    if (suspended == (type == BackendType.PORTAL_SUSPENDED)) {
      return false;
    }
    message.release();
    toClient.accept(
        suspended
            ? Message.empty(allocator, BackendType.PORTAL_SUSPENDED)
            : new CommandComplete("EXPLAIN").encode(allocator));
    return true;
  }

  private String portal(Step step) {
    return Execute.decode(group.messages().get(step.at())).portal();
  }

  private void send(String row, Consumer<ByteBuf> toClient) {
    toClient.accept(new DataRow(List.of(row)).encode(allocator));
  }
}
