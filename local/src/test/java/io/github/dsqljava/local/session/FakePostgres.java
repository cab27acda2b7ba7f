package io.github.dsqljava.local.session;

import io.github.dsqljava.local.protocol.BackendType;
import io.github.dsqljava.local.protocol.Bind;
import io.github.dsqljava.local.protocol.DataRow;
import io.github.dsqljava.local.protocol.ErrorMessage;
import io.github.dsqljava.local.protocol.Execute;
import io.github.dsqljava.local.protocol.FrontendType;
import io.github.dsqljava.local.protocol.Message;
import io.github.dsqljava.local.protocol.Parse;
import io.github.dsqljava.local.protocol.Query;
import io.github.dsqljava.local.protocol.ReadyForQuery;
import io.github.dsqljava.local.protocol.Subject;
import io.github.dsqljava.local.protocol.TransactionStatus;
import io.github.dsqljava.local.sql.SqlStatement;
import io.github.dsqljava.local.sql.SqlStatements;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * As much of PostgreSQL as the logic of a session needs: the rules of both protocols, transactions
 * and savepoints around a list of numbers, the data of COPY, and the functions of {@code occ.sql}
 * on that list. Takes messages as they are written and answers a batch when it is told to.
 *
 * <p>Statements: {@code INSERT INTO t VALUES (7)}, {@code COPY t FROM STDIN} and {@code SELECT 1 /
 * 0}, what begins and ends transactions, and what a session says on its own account.
 */
final class FakePostgres {
  /** A statement fails. */
  private static final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final transient ErrorMessage error;

    Failure(String sqlState, String message) {
      super(message, null, false, false);
      this.error = ErrorMessage.error(sqlState, message);
    }
  }

  /** A bound statement; parameters are text. */
  private record Portal(String sql, List<String> parameters) {}

  /** What a rollback goes back to; the shadow is null if there was none. */
  private record Savepoint(List<Integer> pending, List<Integer> shadow) {}

  private static final String NO_CHANGES = "W10=";

  private final Deque<ByteBuf> received = new ArrayDeque<>();
  private final List<ByteBuf> answers = new ArrayList<>();
  private final Map<String, String> statements = new HashMap<>();
  private final Map<String, Portal> portals = new HashMap<>();
  private final Map<String, Savepoint> savepoints = new LinkedHashMap<>();
  private final Set<Integer> committed = new TreeSet<>();

  /** Numbers that another transaction has taken: inserting one of them is a conflict. */
  private final Set<Integer> taken = new TreeSet<>();

  /** Parts of texts: a statement that holds one of them fails once. */
  private final Map<String, String> failures = new HashMap<>();

  /** All statements that were run, in their order. */
  private final List<String> log = new ArrayList<>();

  private boolean cancelsNext;

  /** Of the statement that runs. */
  private List<String> parameters = List.of();

  private List<Integer> pending = new ArrayList<>();
  private List<Integer> shadow;
  private TransactionStatus status = TransactionStatus.IDLE;
  private boolean skipping;
  private boolean copying;

  /** What COPY has got so far. */
  private final List<Integer> copied = new ArrayList<>();

  /** Statements of a Query that come behind the COPY; null if the COPY is not in a Query. */
  private Deque<String> behindCopy;

  /** A message that must not come in a COPY; PostgreSQL ends the connection then. */
  private String violation;

  /** Whether the connection is over. */
  private boolean gone;

  void receive(ByteBuf message) {
    received.add(message);
  }

  /** Returns the numbers that were committed. */
  Set<Integer> committed() {
    return committed;
  }

  List<String> log() {
    return log;
  }

  TransactionStatus status() {
    return status;
  }

  /** Returns the message that PostgreSQL has ended the connection for; null if there was none. */
  String violation() {
    return violation;
  }

  /** Another transaction has inserted this number. */
  void take(int number) {
    taken.add(number);
  }

  /** The next statement with this in its text fails. */
  void failOnce(String part, String sqlState) {
    failures.put(part, sqlState);
  }

  /** The next statement is cancelled. */
  void cancelNext() {
    cancelsNext = true;
  }

  /** The signal came when nothing was run. */
  void forgetCancellation() {
    cancelsNext = false;
  }

  /** Whether it has got messages that it has not looked at. */
  boolean hasWork() {
    return !received.isEmpty();
  }

  /** Looks at messages up to the next ReadyForQuery, or to the last one; returns the answers. */
  List<ByteBuf> answerBatch() {
    answers.clear();
    while (!received.isEmpty()) {
      ByteBuf message = received.remove();
      boolean ends = take(message);
      message.release();
      if (ends) {
        break;
      }
    }
    return List.copyOf(answers);
  }

  void release() {
    received.forEach(ByteBuf::release);
    received.clear();
  }

  // ---- protocol

  private boolean take(ByteBuf message) {
    byte type = Message.type(message);
    if (gone || type == FrontendType.TERMINATE) {
      gone = true;
      return false;
    }
    if (copying) {
      return copy(type, message);
    }
    if (skipping && type != FrontendType.SYNC) {
      return false;
    }
    try {
      switch (type) {
        case FrontendType.QUERY -> {
          statements.remove(""); // PostgreSQL drops it before it looks at the text
          return query(Query.decode(message).sql());
        }
        case FrontendType.PARSE -> parse(Parse.decode(message));
        case FrontendType.BIND -> bind(Bind.decode(message), parameters(message));
        case FrontendType.DESCRIBE -> describe(Subject.decode(message));
        case FrontendType.EXECUTE -> execute(portals.get(Execute.decode(message).portal()));
        case FrontendType.CLOSE -> {
          Subject subject = Subject.decode(message);
          (subject.isStatement() ? statements : portals).remove(subject.name());
          answer(BackendType.CLOSE_COMPLETE);
        }
        case FrontendType.SYNC -> {
          skipping = false;
          endOfBatch();
          return true;
        }
        default -> {} // data that belongs to no COPY any more
      }
    } catch (Failure e) {
      fail(e);
      skipping = true;
    }
    return false;
  }

  /** A message while PostgreSQL waits for data of COPY; returns whether a Query ends with it. */
  private boolean copy(byte type, ByteBuf message) {
    switch (type) {
      case FrontendType.COPY_DATA -> {
        String line =
            message
                .toString(
                    message.readerIndex() + 5, message.readableBytes() - 5, StandardCharsets.UTF_8)
                .trim();
        if (line.startsWith("x")) {
          return copyFails(new Failure("22P02", "invalid input syntax for type integer"));
        }
        if (!line.isEmpty()) {
          copied.add(Integer.parseInt(line));
        }
      }
      case FrontendType.COPY_DONE -> {
        copying = false;
        (shadow == null ? pending : shadow).addAll(copied);
        complete("COPY " + copied.size());
        Deque<String> rest = behindCopy;
        behindCopy = null;
        return rest != null && query(rest);
      }
      case FrontendType.COPY_FAIL -> {
        return copyFails(new Failure("57014", "COPY from stdin failed"));
      }
      case FrontendType.SYNC, FrontendType.FLUSH -> {} // PostgreSQL takes no notice
      default -> {
        violation = "message " + (char) type + " in a COPY";
        gone = true;
      }
    }
    return false;
  }

  private boolean copyFails(Failure failure) {
    copying = false;
    fail(failure);
    skipping = behindCopy == null;
    if (skipping) {
      return false;
    }
    behindCopy = null;
    endOfBatch();
    return true;
  }

  private boolean query(String sql) {
    List<SqlStatement> all = SqlStatements.split(sql);
    if (all.isEmpty()) {
      answer(BackendType.EMPTY_QUERY_RESPONSE);
    }
    return query(new ArrayDeque<>(all.stream().map(SqlStatement::text).toList()));
  }

  /** Runs statements of a Query up to a COPY; returns whether the Query ends. */
  private boolean query(Deque<String> rest) {
    try {
      while (!rest.isEmpty()) {
        run(rest.remove());
        if (copying) {
          behindCopy = rest;
          return false;
        }
      }
    } catch (Failure e) {
      fail(e);
    }
    endOfBatch();
    return true;
  }

  private void parse(Parse parse) {
    if (parse.name().isEmpty()) {
      statements.remove(""); // also if the new one fails
    }
    List<SqlStatement> all = SqlStatements.split(parse.sql());
    if (all.size() > 1) {
      throw new Failure("42601", "cannot insert multiple commands into a prepared statement");
    }
    if (status == TransactionStatus.FAILED && !endsTransaction(parse.sql())) {
      throw aborted();
    }
    if (!parse.name().isEmpty() && statements.containsKey(parse.name())) {
      throw new Failure("42P05", "prepared statement \"" + parse.name() + "\" already exists");
    }
    statements.put(parse.name(), all.isEmpty() ? "" : all.get(0).text());
    answer(BackendType.PARSE_COMPLETE);
  }

  private static List<String> parameters(ByteBuf message) {
    Bind bind = Bind.decode(message);
    ByteBuf rest = message.slice();
    rest.skipBytes(5 + bind.portal().length() + 1 + bind.statement().length() + 1);
    rest.skipBytes(2 * rest.readUnsignedShort());
    List<String> parameters = new ArrayList<>();
    for (int n = rest.readUnsignedShort(); n > 0; n--) {
      parameters.add(rest.readCharSequence(rest.readInt(), StandardCharsets.UTF_8).toString());
    }
    return parameters;
  }

  private void bind(Bind bind, List<String> parameters) {
    String sql = statements.get(bind.statement());
    if (sql == null) {
      throw missing(bind.statement());
    }
    if (status == TransactionStatus.FAILED && !endsTransaction(sql)) {
      throw aborted();
    }
    portals.put(bind.portal(), new Portal(sql, parameters));
    answer(BackendType.BIND_COMPLETE);
  }

  private void describe(Subject subject) {
    Portal portal = portals.get(subject.name());
    String sql =
        subject.isStatement()
            ? statements.get(subject.name())
            : portal == null ? null : portal.sql();
    if (sql == null) {
      throw subject.isStatement()
          ? missing(subject.name())
          : new Failure("34000", "portal does not exist");
    }
    boolean hasRows = sql.startsWith("SELECT");
    if (hasRows && status == TransactionStatus.FAILED) {
      throw aborted();
    }
    if (subject.isStatement()) {
      answers.add(Unpooled.buffer(7).writeByte('t').writeInt(6).writeShort(0));
    }
    if (hasRows) {
      answers.add(Unpooled.buffer(7).writeByte('T').writeInt(6).writeShort(0));
    } else {
      answer(BackendType.NO_DATA);
    }
  }

  private void execute(Portal portal) {
    if (portal == null) {
      throw new Failure("34000", "portal does not exist");
    }
    parameters = portal.parameters();
    run(portal.sql());
  }

  private void endOfBatch() {
    if (status == TransactionStatus.IDLE) {
      committed.addAll(pending);
      pending = new ArrayList<>();
      portals.clear();
    }
    answers.add(new ReadyForQuery(status).encode(UnpooledByteBufAllocator.DEFAULT));
  }

  private void fail(Failure failure) {
    answers.add(failure.error.encode(UnpooledByteBufAllocator.DEFAULT));
    if (status == TransactionStatus.OPEN) {
      status = TransactionStatus.FAILED;
    } else if (status == TransactionStatus.IDLE) {
      pending = new ArrayList<>();
    }
  }

  private static Failure missing(String statement) {
    return new Failure("26000", "prepared statement \"" + statement + "\" does not exist");
  }

  private static Failure aborted() {
    return new Failure(
        "25P02", "current transaction is aborted, commands ignored until end of transaction block");
  }

  private void answer(byte type) {
    answers.add(Unpooled.buffer(5).writeByte(type).writeInt(4));
  }

  private void complete(String tag) {
    byte[] bytes = (tag + "\0").getBytes(StandardCharsets.US_ASCII);
    answers.add(Unpooled.buffer().writeByte('C').writeInt(4 + bytes.length).writeBytes(bytes));
  }

  private void row(String... columns) {
    answers.add(new DataRow(List.of(columns)).encode(UnpooledByteBufAllocator.DEFAULT));
  }

  // ---- statements

  private static boolean endsTransaction(String sql) {
    String word = sql.isEmpty() ? "" : sql.split(" ")[0].toUpperCase(java.util.Locale.ROOT);
    return word.equals("COMMIT") || word.equals("ROLLBACK");
  }

  private void run(String sql) {
    if (status == TransactionStatus.FAILED && !endsTransaction(sql)) {
      throw aborted();
    }
    log.add(sql);
    for (String part : List.copyOf(failures.keySet())) {
      if (sql.contains(part)) {
        if (sql.equals("COMMIT")) {
          endTransaction();
        }
        throw new Failure(failures.remove(part), "told to fail");
      }
    }
    if (cancelsNext) {
      cancelsNext = false;
      throw new Failure("57014", "canceling statement due to user request");
    }
    String[] words = sql.split(" ");
    switch (words[0].toUpperCase(java.util.Locale.ROOT)) {
      case "BEGIN" -> {
        if (status == TransactionStatus.OPEN) {
          answers.add(
              ErrorMessage.error("25001", "there is already a transaction in progress")
                  .encodeNotice(UnpooledByteBufAllocator.DEFAULT));
        }
        status = TransactionStatus.OPEN;
        complete("BEGIN");
      }
      case "COMMIT" -> commit();
      case "ROLLBACK" -> rollback(words);
      case "SAVEPOINT" -> {
        savepoints.put(
            words[1],
            new Savepoint(List.copyOf(pending), shadow == null ? null : List.copyOf(shadow)));
        complete("SAVEPOINT");
      }
      case "RELEASE" -> {
        savepoints.remove(words[2]);
        complete("RELEASE");
      }
      case "INSERT" -> insert(Integer.parseInt(sql.replaceAll("\\D+", "")));
      case "EXECUTE" -> throw missing(words[1].replace("\"", ""));
      case "COPY" -> {
        answer(BackendType.COPY_IN_RESPONSE);
        copying = true;
        copied.clear();
      }
      case "SELECT" -> select(sql);
      default -> complete(words[0]);
    }
  }

  private void commit() {
    boolean failed = status == TransactionStatus.FAILED;
    if (!failed) {
      committed.addAll(pending);
    }
    endTransaction();
    complete(failed ? "ROLLBACK" : "COMMIT");
  }

  private void rollback(String[] words) {
    if (words.length > 1 && words[1].equals("TO")) {
      String name = words[3];
      Savepoint saved = savepoints.get(name);
      if (saved == null) {
        throw new Failure("3B001", "savepoint " + name + " does not exist");
      }
      pending = new ArrayList<>(saved.pending());
      shadow = saved.shadow() == null ? null : new ArrayList<>(saved.shadow());
      status = TransactionStatus.OPEN;
    } else {
      endTransaction();
    }
    complete("ROLLBACK");
  }

  private void endTransaction() {
    status = TransactionStatus.IDLE;
    pending = new ArrayList<>();
    shadow = null;
    savepoints.clear();
    portals.clear();
  }

  private void insert(int number) {
    if (shadow != null) {
      shadow.add(number);
    } else if (taken.contains(number)) {
      throw new Failure("40001", "could not serialize access due to concurrent update");
    } else {
      pending.add(number);
    }
    complete("INSERT 0 1");
  }

  private void select(String sql) {
    if (sql.contains("1 / 0")) {
      throw new Failure("22012", "division by zero");
    }
    if (sql.contains("occ_save_shadows(")) {
      row(changes(shadow), "", "");
    } else if (sql.contains("occ_save(")) {
      row(changes(pending), "", "");
    } else if (sql.contains("occ_overlay(")) {
      shadow = shadow == null ? numbers(parameters.get(2)) : shadow;
      row("shadows", "", "t", "");
    } else if (sql.contains("occ_repeat(")) {
      for (int number : numbers(parameters.get(1))) {
        if (taken.contains(number)) {
          throw new Failure("40001", "could not serialize access due to concurrent update");
        }
        pending.add(number);
      }
      row("0");
    } else {
      row("1");
    }
    complete("SELECT 1");
  }

  private static String changes(List<Integer> numbers) {
    return numbers.isEmpty()
        ? NO_CHANGES
        : "c" + numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  private static List<Integer> numbers(String changes) {
    List<Integer> numbers = new ArrayList<>();
    if (!changes.equals(NO_CHANGES)) {
      for (String number : changes.substring(1).split(",")) {
        numbers.add(Integer.parseInt(number));
      }
    }
    return numbers;
  }
}
