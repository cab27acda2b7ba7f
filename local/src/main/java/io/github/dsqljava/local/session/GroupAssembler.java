package io.github.dsqljava.local.session;

import io.github.dsqljava.local.dialect.ClassifiedStatement;
import io.github.dsqljava.local.sql.SqlOutline;
import io.github.dsqljava.local.sql.SqlOutline.Kind;
import io.github.dsqljava.local.sql.SqlOutline.Part;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Puts the messages of a client together to groups. */
final class GroupAssembler {
  private final ByteBufAllocator allocator;
  private final Consumer<ClientGroup> groups;

  private final Map<String, Prepared> statements = new HashMap<>();
  private final Map<String, Prepared> portals = new HashMap<>();

  private @Nullable ClientGroup current;

  /** How many messages of {@link #current} stand before the one behind the last Execute. */
  private int executed;

  /** Whether a transaction began or ended with the last message. */
  private boolean cutDue;

  GroupAssembler(ByteBufAllocator allocator, Consumer<ClientGroup> groups) {
    this.allocator = allocator;
    this.groups = groups;
  }

  /** Takes a message that belongs to a group, and ownership of its buffer. */
  void add(byte type, ByteBuf received) {
    ByteBuf message = LockClauses.withoutWaiting(type, received);
    if (type == Frontend.QUERY) {
      simple(message);
      return;
    }
    Prepared prepared = null;
    if (type == Frontend.PARSE) {
      prepared = Prepared.of(message, Frontend.text(message, Frontend.HEADER));
      cutDue |= prepared.isRefused() && current != null && !current.messages.isEmpty();
    }
    if (cutDue && type != Frontend.SYNC && current != null) {
      cut(current, current.messages.size());
    }
    if (type == Frontend.FLUSH) {
      flush(message);
      return;
    }
    ClientGroup group = current == null ? new ClientGroup() : current;
    current = group;
    switch (type) {
      case Frontend.PARSE -> {
        if (prepared != null) {
          message = parse(group, message, prepared);
        }
      }
      case Frontend.BIND -> bind(group, message);
      case Frontend.EXECUTE -> execute(group, Frontend.text(message, Frontend.HEADER));
      case Frontend.CLOSE -> {
        if (message.readableBytes() > Frontend.HEADER
            && message.getByte(message.readerIndex() + Frontend.HEADER) == 'S') {
          statements.remove(Frontend.text(message, Frontend.HEADER + 1));
        }
      }
      default -> {}
    }
    group = current;
    step(group, type, message, prepared);
    group.messages.add(message);
    if (type == Frontend.EXECUTE) {
      executed = group.messages.size();
      group.executes = true;
    }
    if (type == Frontend.SYNC) {
      finish(group);
    } else if (type == Frontend.FUNCTION_CALL) {
      // It is refused, so what fails stands in its place, and needs a Sync to be answered.
      group.steps.add(Step.functionCall(group.messages.size() - 1));
      ByteBuf sync = allocator.buffer(5);
      Frontend.sync(sync);
      group.messages.add(sync);
      finish(group);
    }
  }

  /** The client wants to have the answers to what it has sent, before it sends Sync. */
  private void flush(ByteBuf message) {
    message.release();
    if (current != null && !current.messages.isEmpty()) {
      cut(current, current.messages.size());
    }
  }

  /** Returns the message for PostgreSQL. */
  private ByteBuf parse(ClientGroup group, ByteBuf message, Prepared prepared) {
    String name = Frontend.text(message, Frontend.HEADER);
    if (prepared.isRefused()) {
      // The others survive; PostgreSQL drops the unnamed one before it looks at the next.
      statements.remove("");
    } else {
      statements.put(name, prepared);
      group.parsed.put(name, prepared.sql());
    }
    if (!prepared.differsFromClient()) {
      return message;
    }
    message.release();
    return prepared.message(allocator, name);
  }

  /** Takes note of what the rules have to be asked about. */
  private void step(ClientGroup group, byte type, ByteBuf message, @Nullable Prepared parsed) {
    Prepared prepared = null;
    Step.Use use = Step.Use.PARSE;
    switch (type) {
      case Frontend.PARSE -> prepared = parsed != null && parsed.isRefused() ? parsed : null;
      case Frontend.BIND -> {
        use = Step.Use.BIND;
        prepared = group.bound.get(group.messages.size());
      }
      case Frontend.EXECUTE -> {
        use = Step.Use.EXECUTE;
        prepared = portals.get(Frontend.text(message, Frontend.HEADER));
      }
      default -> {}
    }
    if (prepared != null && prepared.statements().size() == 1) {
      group.add(new Step(use, prepared.statements().get(0), group.messages.size()));
    }
    if (type == Frontend.DESCRIBE) {
      describe(group, message);
    }
  }

  private void describe(ClientGroup group, ByteBuf message) {
    if (message.readableBytes() <= Frontend.HEADER + 1) {
      return;
    }
    boolean isPortal = message.getByte(message.readerIndex() + Frontend.HEADER) == 'P';
    Prepared described =
        (isPortal ? portals : statements).get(Frontend.text(message, Frontend.HEADER + 1));
    if (described != null
        && described.statements().size() == 1
        && JobAnswers.isAskedFor(described.statements().get(0))) {
      group.describesJob(group.messages.size());
    }
  }

  private void bind(ClientGroup group, ByteBuf message) {
    String portal = Frontend.text(message, Frontend.HEADER);
    Prepared prepared =
        statements.get(Frontend.text(message, Frontend.HEADER + portal.length() + 1));
    if (prepared != null) {
      portals.put(portal, prepared);
      group.bound.put(group.messages.size(), prepared);
      prepared.outline().parts().forEach(group::learnWords);
    } else {
      group.bindsUnknown = true;
    }
  }

  private void execute(ClientGroup group, String portal) {
    Prepared prepared = portals.get(portal);
    Kind kind = prepared == null ? Kind.OTHER : prepared.kind();
    if (kind.isTransactionControl()) {
      if (executed > 0) {
        cut(group, executed);
      }
      ClientGroup own = current;
      if (own != null) {
        own.kind = kind;
      }
      cutDue = true;
    } else if (group.kind == Kind.OTHER) {
      group.kind = kind == Kind.SCHEMA_CHANGE || kind == Kind.SETTING ? kind : Kind.OTHER;
    }
  }

  /** Hands the first messages on as a group of their own. */
  private void cut(ClientGroup group, int count) {
    ClientGroup rest = new ClientGroup();
    rest.messages.addAll(group.messages.subList(count, group.messages.size()));
    group.bound.entrySet().stream()
        .filter(entry -> entry.getKey() >= count)
        .forEach(entry -> rest.bound.put(entry.getKey() - count, entry.getValue()));
    group.bound.keySet().removeIf(index -> index >= count);
    for (Step step : group.steps) {
      if (step.at() >= count) {
        rest.add(step.shiftedBy(-count));
      }
    }
    group.keepSteps(count);
    for (int at : group.jobsDescribed) {
      if (at >= count) {
        rest.describesJob(at - count);
      }
    }
    rest.parsed.putAll(group.parsed);
    group.messages.subList(count, group.messages.size()).clear();
    ByteBuf sync = allocator.buffer(5);
    Frontend.sync(sync);
    group.messages.add(sync);
    group.last = false;
    executed = 0;
    cutDue = false;
    current = rest;
    groups.accept(group);
  }

  private void finish(ClientGroup group) {
    current = null;
    executed = 0;
    cutDue = false;
    groups.accept(group);
  }

  private void simple(ByteBuf message) {
    if (current != null && !current.messages.isEmpty()) {
      cut(current, current.messages.size()); // no Sync came, but its turn is before this
    }
    String sent = Frontend.text(message, Frontend.HEADER);
    ClientSql client = ClientSql.of(sent);
    String sql = client.text();
    SqlOutline outline = SqlOutline.of(sql);
    List<List<Part>> pieces = pieces(outline);
    if (pieces.size() < 2) {
      ClientGroup group = new ClientGroup();
      group.sql = sql;
      group.executes = true;
      group.learn(outline);
      steps(group, outline.parts(), 0, client.statements());
      group.messages.add(message(message, sent, sql));
      groups.accept(group);
      return;
    }
    ClientGroup whole = new ClientGroup();
    whole.sql = sql;
    whole.messages.add(message);
    whole.checksSyntax = true;
    whole.last = false;
    groups.accept(whole);
    int statement = 0;
    for (int i = 0; i < pieces.size(); i++) {
      List<Part> piece = pieces.get(i);
      ClientGroup group = new ClientGroup();
      int start = piece.get(0).start();
      group.sql = sql.substring(start, piece.get(piece.size() - 1).end());
      group.executes = true;
      group.learn(new SqlOutline(piece));
      int next = statement + piece.size();
      steps(group, piece, start, client.statements().subList(statement, next));
      statement = next;
      group.messages.add(Frontend.query(allocator, group.sql));
      group.last = i == pieces.size() - 1;
      groups.accept(group);
    }
  }

  private ByteBuf message(ByteBuf message, String sent, String sql) {
    if (sql.equals(sent)) {
      return message;
    }
    message.release();
    return Frontend.query(allocator, sql);
  }

  private static void steps(
      ClientGroup group, List<Part> parts, int start, List<ClassifiedStatement> statements) {
    for (int i = 0; i < parts.size(); i++) {
      int at = parts.get(i).start() - start;
      group.add(new Step(Step.Use.QUERY, statements.get(i), at));
    }
  }

  /** Statements that begin or end a transaction stand alone. */
  private static List<List<Part>> pieces(SqlOutline outline) {
    List<List<Part>> pieces = new ArrayList<>();
    boolean join = false;
    for (Part part : outline.parts()) {
      boolean alone = part.kind().isTransactionControl();
      if (!join || alone) {
        pieces.add(new ArrayList<>());
      }
      pieces.get(pieces.size() - 1).add(part);
      join = !alone;
    }
    return pieces;
  }

  /** Prepared statements by their names, those included whose Parse has failed. */
  Map<String, Prepared> statements() {
    return Collections.unmodifiableMap(statements);
  }

  void release() {
    if (current != null) {
      current.release();
      current = null;
    }
  }
}
