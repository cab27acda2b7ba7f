package io.github.dsqljava.local.request;

import io.github.dsqljava.local.dialect.ClientText;
import io.github.dsqljava.local.dialect.Dialect;
import io.github.dsqljava.local.dialect.Statement;
import io.github.dsqljava.local.dialect.Trait;
import io.github.dsqljava.local.protocol.Bind;
import io.github.dsqljava.local.protocol.Execute;
import io.github.dsqljava.local.protocol.FrontendType;
import io.github.dsqljava.local.protocol.Parse;
import io.github.dsqljava.local.protocol.Query;
import io.github.dsqljava.local.protocol.Subject;
import io.github.dsqljava.local.protocol.Sync;
import io.github.dsqljava.local.request.Step.Use;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Assembles the messages of a client into groups. It decodes and parses every text once; the steps
 * of the groups carry the result.
 */
public final class GroupAssembler {
  private static final int MIN_SWEEP = 100;

  private final ByteBufAllocator allocator;
  private final Function<String, ClientText> reader;
  private final Consumer<Group> groups;
  private final Map<String, Naming> statements = new HashMap<>();
  private final Map<String, Naming> portals = new HashMap<>();

  /** The number of names at which the unused ones are removed. */
  private int sweepAt = MIN_SWEEP;

  private @Nullable Group current;

  /** The number of messages of {@link #current} up to and including the last Execute. */
  private int executed;

  /** Whether the next message begins a group of its own, unless it is a Sync. */
  private boolean cutDue;

  /**
   * @param reader reads the SQL of a message; {@link Dialect#read}
   * @param groups takes each group as soon as it is complete
   */
  public GroupAssembler(
      ByteBufAllocator allocator, Function<String, ClientText> reader, Consumer<Group> groups) {
    this.allocator = allocator;
    this.reader = reader;
    this.groups = groups;
  }

  /** Takes a message that belongs to a batch, and ownership of its buffer. */
  public void add(byte type, ByteBuf message) {
    switch (type) {
      case FrontendType.QUERY -> query(message);
      case FrontendType.PARSE -> parse(message);
      case FrontendType.BIND -> bind(message);
      case FrontendType.DESCRIBE -> describe(message);
      case FrontendType.EXECUTE -> execute(message);
      case FrontendType.CLOSE -> close(message);
      case FrontendType.FLUSH -> flush(message);
      case FrontendType.FUNCTION_CALL -> functionCall(message);
      case FrontendType.SYNC -> sync(message);
      default -> throw new IllegalArgumentException("message of type " + type);
    }
  }

  /**
   * The client sends data of COPY behind an Execute, without a Sync or Flush in between. PostgreSQL
   * runs each message as it comes, so the COPY has to be sent before its data.
   */
  public void dataOfCopy() {
    cutWaiting();
  }

  /** Returns the steps whose messages wait for the end of their batch. */
  public List<Step> waiting() {
    return current == null ? List.of() : current.steps();
  }

  /** Drops the messages that wait for the end of their batch. */
  public void release() {
    if (current != null) {
      current.release();
      current = null;
    }
  }

  // ---- the extended protocol

  private void parse(ByteBuf message) {
    Parse sent = Parse.decode(message);
    Prepared prepared = Prepared.of(sent, reader.apply(sent.sql()));
    // Its refusal depends on no later message, so earlier ones go into a group of their own.
    cutDue |= prepared.isRefused() && current != null && current.messageCount() > 0;
    Group group = group();
    group.prepare(prepared);
    if (!prepared.isRefused()) {
      name(group, prepared.name(), prepared);
    } else if (prepared.name().isEmpty()) {
      name(group, "", null); // PostgreSQL drops the old one before it looks at the next
    } else {
      group.name(new Naming(null, null)); // the others survive
    }
    group.add(Step.of(Use.PARSE, prepared, group.messageCount()));
    if (prepared.text().isUnchanged()) {
      group.add(message);
    } else {
      message.release();
      group.add(prepared.given().encode(allocator));
    }
  }

  /** Notes that a name stands for a statement, or for none, from the group's next message on. */
  private void name(Group group, String name, @Nullable Prepared prepared) {
    Naming naming = new Naming(prepared, statements.get(name));
    statements.put(name, naming);
    if (statements.size() > sweepAt) {
      statements.values().removeIf(Naming::isUnused);
      sweepAt = 2 * statements.size() + MIN_SWEEP;
    }
    group.name(naming);
  }

  private void bind(ByteBuf message) {
    Group group = group();
    Bind bind = Bind.decode(message);
    Naming naming = statements.get(bind.statement());
    group.bind(naming == null ? null : naming.prepared());
    if (naming == null) {
      portals.remove(bind.portal()); // it is not that of an earlier Bind any more
    } else {
      portals.put(bind.portal(), naming);
    }
    group.add(Step.naming(Use.BIND, naming, group.messageCount()));
    group.add(message);
  }

  private void describe(ByteBuf message) {
    Group group = group();
    group.add(Step.naming(Use.DESCRIBE, of(Subject.decode(message)), group.messageCount()));
    group.add(message);
  }

  private @Nullable Naming of(Subject subject) {
    return (subject.isStatement() ? statements : portals).get(subject.name());
  }

  private void close(ByteBuf message) {
    Group group = group();
    Subject subject = Subject.decode(message);
    if (subject.isStatement()) {
      name(group, subject.name(), null);
    } else {
      group.name(new Naming(null, null));
    }
    group.add(Step.of(Use.CLOSE, null, group.messageCount()));
    group.add(message);
  }

  private void execute(ByteBuf message) {
    Group group = group();
    Naming naming = portals.get(Execute.decode(message).portal());
    Prepared prepared = naming == null ? null : naming.prepared();
    Statement statement = prepared == null ? null : prepared.statement();
    if (statement != null && statement.effect().isTransactionControl()) {
      if (executed > 0) {
        group = cut(group, executed);
      }
      cutDue = true;
    }
    group.add(Step.naming(Use.EXECUTE, naming, group.messageCount()));
    // After these, statements on shadows have to be prepared anew, so a new group begins.
    cutDue |= noteDeallocation(statement);
    cutDue |= statement != null && statement.has(Trait.SETS);
    group.add(message);
    executed = group.messageCount();
  }

  /** Returns whether the statement is a DEALLOCATE, and notes its effect. */
  private boolean noteDeallocation(@Nullable Statement statement) {
    if (statement == null || !statement.node().equals("Deallocate")) {
      return false;
    }
    statements.values().forEach(Naming::mayBeGone);
    return true;
  }

  /** Is refused, so it becomes a group of its own that ends with a Sync. */
  private void functionCall(ByteBuf message) {
    cutWaiting(); // behind an error in what came before, it is skipped
    Group group = group();
    group.add(
        new Step(
            Use.FUNCTION_CALL, ClientText.UNKNOWN, Dialect.FUNCTION_CALL, group.messageCount()));
    group.add(message);
    group.add(Sync.encode(allocator));
    finish(group);
  }

  /** The client wants answers before it sends Sync. */
  private void flush(ByteBuf message) {
    message.release();
    cutWaiting();
  }

  private void sync(ByteBuf message) {
    cutDue = false; // a Sync ends a transaction's group as well as any
    Group group = group();
    group.add(message);
    finish(group);
  }

  /** Returns the group that the next message belongs to. */
  private Group group() {
    if (cutDue && current != null) {
      cut(current, current.messageCount());
    }
    Group group = current == null ? Group.extended() : current;
    current = group;
    return group;
  }

  private void cutWaiting() {
    if (current != null && current.messageCount() > 0) {
      cut(current, current.messageCount());
    }
  }

  /** Hands the first messages on as a group of their own; returns the rest. */
  private Group cut(Group group, int count) {
    Group rest = group.cutAt(count, allocator);
    executed = 0;
    cutDue = false;
    current = rest;
    groups.accept(group);
    return rest;
  }

  private void finish(Group group) {
    current = null;
    executed = 0;
    cutDue = false;
    groups.accept(group);
  }

  // ---- the simple protocol

  private void query(ByteBuf message) {
    cutWaiting(); // no Sync came, but its turn is before this
    ClientText text = reader.apply(Query.decode(message).sql());
    text.statements().forEach(this::noteDeallocation);
    ByteBuf given = message;
    if (!text.isUnchanged()) {
      message.release();
      given = new Query(text.given()).encode(allocator);
    }
    List<Piece> pieces = pieces(text);
    if (pieces.size() < 2) {
      Group group = Group.query(text.given(), given);
      steps(group, text, 0, text.statements().size(), 0);
      groups.accept(group);
      return;
    }
    groups.accept(Group.syntaxCheck(text, given));
    for (int i = 0; i < pieces.size(); i++) {
      Piece piece = pieces.get(i);
      int start = text.start(piece.first);
      String sql = text.given().substring(start, text.end(piece.end - 1));
      Group group = Group.query(sql, new Query(sql).encode(allocator));
      steps(group, text, piece.first, piece.end, start);
      if (i < pieces.size() - 1) {
        group.isNotLast();
      }
      groups.accept(group);
    }
  }

  private static void steps(Group group, ClientText text, int first, int end, int offset) {
    for (int i = first; i < end; i++) {
      group.add(new Step(Use.QUERY, text, text.statements().get(i), text.start(i) - offset));
    }
  }

  /** Statements of a text that PostgreSQL gets in one message. */
  private record Piece(int first, int end) {}

  /**
   * Cuts a text into pieces. Statements that begin or end a transaction stand alone. A SET or RESET
   * ends a piece: after it, names may mean other tables, and our own settings may have to be
   * restored.
   */
  private static List<Piece> pieces(ClientText text) {
    List<Piece> pieces = new ArrayList<>(1);
    int first = 0;
    int count = text.statements().size();
    for (int i = 0; i < count; i++) {
      if (text.statements().get(i).effect().isTransactionControl()) {
        if (first < i) {
          pieces.add(new Piece(first, i));
        }
        pieces.add(new Piece(i, i + 1));
        first = i + 1;
      } else if (text.statements().get(i).has(Trait.SETS) && doesMore(text, i + 1)) {
        pieces.add(new Piece(first, i + 1));
        first = i + 1;
      }
    }
    if (first < count) {
      pieces.add(new Piece(first, count));
    }
    return pieces;
  }

  private static boolean doesMore(ClientText text, int from) {
    return text.statements().subList(from, text.statements().size()).stream()
        .anyMatch(statement -> !statement.has(Trait.SETS));
  }
}
