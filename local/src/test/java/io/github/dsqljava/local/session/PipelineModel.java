package io.github.dsqljava.local.session;

import io.github.dsqljava.local.faults.Fault;
import io.github.dsqljava.local.session.ClientMessage.Statement;
import io.github.dsqljava.local.session.ClientMessage.Text;
import io.github.dsqljava.local.session.ClientMessage.Type;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Says what a client gets for what it sends, message by message, by the rules of PostgreSQL and of
 * the service, and what is run and committed.
 */
final class PipelineModel {
  private static final String DIVISION = "E 22012 division by zero";
  private static final String CONFLICT =
      "E 40001 change conflicts with another transaction (OC000)";
  private static final String UNAVAILABLE = "E XX000 server unavailable";
  private static final String SCHEMA =
      "E 40001 schema has been updated by another transaction (OC001)";
  private static final String ABORTED =
      "E 25P02 current transaction is aborted, commands ignored until end of transaction block";
  private static final String REFUSED = "E 0A000 unsupported statement: Truncate";

  enum Armed {
    CONFLICT(Fault.dataConflict()),
    UNAVAILABLE_COMMITTED(Fault.unavailableAtCommit(true)),
    UNAVAILABLE_ROLLED_BACK(Fault.unavailableAtCommit(false)),
    ANSWER_LOST(Fault.commitAnswerLost()),
    CUT(Fault.cutBeforeCommit()),
    STATEMENT(Fault.unavailableAtStatement()),
    BEGIN(Fault.schemaConflictAtBegin());

    private final Fault fault;

    Armed(Fault fault) {
      this.fault = fault;
    }

    Fault fault() {
      return fault;
    }

    boolean isOfCommit() {
      return this != STATEMENT && this != BEGIN;
    }

    /** Whether PostgreSQL rolls back before the client hears of it. */
    boolean rollsBack() {
      return isOfCommit() && !commits();
    }

    boolean commits() {
      return this == UNAVAILABLE_COMMITTED || this == ANSWER_LOST;
    }
  }

  private final List<String> answers = new ArrayList<>();
  private final Set<Integer> committed = new TreeSet<>();
  private final Set<Integer> pending = new TreeSet<>();
  private final Set<Integer> inserted = new LinkedHashSet<>();
  private final Map<String, Text> names = new HashMap<>();
  private final Map<String, Text> portals = new HashMap<>();
  private final FakePostgres withConflicts;
  private final Random random;

  /** In the order of arming. */
  private final List<Armed> faults = new ArrayList<>();

  private char status = 'I';
  private boolean doomed;
  private boolean skipping;
  private boolean cut;

  /** Whether others have changed the catalog, and the session does not know. */
  private boolean stale;

  /** Whether a statement of the transaction has read the catalog. */
  private boolean usesCatalog;

  private boolean copying;
  private boolean hasCopied;
  private final List<Integer> copied = new ArrayList<>();

  /** Statements of the Query behind the COPY; null in the extended protocol. */
  private Deque<Text> behindCopy;

  /**
   * @param withConflicts where other transactions take numbers; null if none does
   */
  PipelineModel(FakePostgres withConflicts, Random random) {
    this.withConflicts = withConflicts;
    this.random = random;
  }

  void arm(Armed fault) {
    faults.add(fault);
  }

  /** Another session changes the catalog. */
  void catalogChanges() {
    stale = true;
  }

  /** Returns all answers, without notices. */
  List<String> answers() {
    return answers;
  }

  Set<Integer> committed() {
    return committed;
  }

  /** Returns the numbers that PostgreSQL was told to insert, in the order of the first time. */
  List<Integer> inserted() {
    return List.copyOf(inserted);
  }

  int armed() {
    return faults.size();
  }

  boolean isCut() {
    return cut;
  }

  // ---- messages

  /** The client sends a batch. */
  void take(List<ClientMessage> batch) {
    hasCopied = false;
    for (List<ClientMessage> group : BatchCuts.of(batch, known())) {
      if (!skipping && !copying && failsBefore(BatchCuts.executed(group, known()))) {
        skipping = true;
      }
      group.forEach(this::take);
    }
  }

  private Map<String, Statement> known() {
    Map<String, Statement> known = new HashMap<>();
    names.forEach((name, text) -> known.put(name, text.statement()));
    return known;
  }

  private void take(ClientMessage message) {
    if (cut) {
      return;
    }
    if (copying) {
      copy(message);
      return;
    }
    if (message.type().isOfCopy() || (skipping && message.type() != Type.SYNC)) {
      return;
    }
    switch (message.type()) {
      case QUERY -> {
        names.remove("");
        query(message.texts());
      }
      case PARSE -> parse(message.name(), message.texts().get(0));
      case BIND -> bind(message.portal(), message.name());
      case DESCRIBE_STATEMENT -> describe(names.get(message.name()), message);
      case DESCRIBE_PORTAL -> describe(portals.get(message.name()), message);
      case EXECUTE -> skipping = !run(portals.get(message.name()));
      case CLOSE -> {
        names.remove(message.name());
        answer("3");
      }
      case SYNC -> ready();
      default -> {}
    }
  }

  private void parse(String name, Text text) {
    if (name.isEmpty()) {
      names.remove("");
    }
    if (status == 'E' && !text.statement().endsTransaction()) {
      skip(ABORTED);
    } else if (text.statement() == Statement.REFUSED) {
      skip(REFUSED);
    } else if (names.containsKey(name)) {
      skip("E 42P05 prepared statement \"" + name + "\" already exists");
    } else {
      names.put(name, text);
      answer("1");
    }
  }

  private void bind(String portal, String name) {
    Text text = names.get(name);
    if (text == null) {
      skip(missing(name));
    } else if (status == 'E' && !text.statement().endsTransaction()) {
      skip(ABORTED);
    } else {
      portals.put(portal, text);
      answer("2");
    }
  }

  private void describe(Text text, ClientMessage message) {
    boolean hasRows = text != null && text.statement() == Statement.FAIL;
    if (text == null) {
      skip(missing(message.name()));
    } else if (hasRows && status == 'E') {
      skip(ABORTED);
    } else {
      if (message.type() == Type.DESCRIBE_STATEMENT) {
        answer("t");
      }
      answer(hasRows ? "T" : "n");
    }
  }

  private static String missing(String name) {
    return "E 26000 prepared statement \"" + name + "\" does not exist";
  }

  private void skip(String error) {
    fail(error);
    skipping = true;
  }

  // ---- Query

  private void query(List<Text> texts) {
    Deque<Text> rest = new ArrayDeque<>(texts);
    while (!rest.isEmpty()) {
      List<Statement> group = group(rest);
      if (failsBefore(group)) {
        break;
      }
      for (int i = 0; i < group.size(); i++) {
        if (!run(rest.remove())) {
          ready();
          return;
        }
        if (copying) {
          behindCopy = rest;
          return;
        }
      }
    }
    ready();
  }

  /** What stands together up to the begin or the end of a transaction. */
  private static List<Statement> group(Deque<Text> rest) {
    List<Statement> group = new ArrayList<>();
    for (Text text : rest) {
      if (!group.isEmpty() && (group.get(0).isControl() || text.statement().isControl())) {
        break;
      }
      group.add(text.statement());
    }
    return group;
  }

  // ---- COPY

  private void copy(ClientMessage message) {
    switch (message.type()) {
      case GOOD_DATA -> copied.add(message.number());
      case BAD_DATA -> copyFails("E 22P02 invalid input syntax for type integer");
      case COPY_FAIL -> copyFails("E 57014 COPY from stdin failed");
      case COPY_DONE -> {
        copying = false;
        pending.addAll(copied);
        answer("C COPY " + copied.size());
        Deque<Text> rest = behindCopy;
        behindCopy = null;
        if (rest != null) {
          query(List.copyOf(rest));
        }
      }
      case SYNC, FLUSH -> {} // PostgreSQL takes no notice
      default -> throw new IllegalStateException(message + " in a COPY");
    }
  }

  private void copyFails(String error) {
    copying = false;
    fail(error);
    if (behindCopy == null) {
      skipping = true;
    } else {
      behindCopy = null;
      ready();
    }
  }

  // ---- statements

  /** Whether a group fails in place of its first message, for what others have done. */
  private boolean failsBefore(List<Statement> group) {
    boolean commits = group.contains(Statement.COMMIT) && status == 'T';
    boolean reads = group.stream().anyMatch(statement -> !statement.isControl());
    if (status == 'E' || cut) {
      return false;
    }
    if (stale && (reads || (commits && usesCatalog))) {
      stale = false;
      if (commits) {
        finish(/* committing= */ false);
      }
      fail(SCHEMA);
      return true;
    }
    if (commits && doomed && !strikesAtCommit(Armed::rollsBack)) {
      finish(/* committing= */ false);
      fail(CONFLICT);
      return true;
    }
    return false;
  }

  private boolean strikesAtCommit(Predicate<Armed> wanted) {
    int first = first(Armed::isOfCommit);
    return first >= 0 && wanted.test(faults.get(first));
  }

  /** Returns whether it works. */
  private boolean run(Text text) {
    Statement statement = text.statement();
    if (status == 'E' && !statement.endsTransaction()) {
      return fail(ABORTED);
    }
    return switch (statement) {
      case BEGIN -> begin();
      case COMMIT -> commit();
      case ROLLBACK -> {
        finish(/* committing= */ false);
        yield answer("C ROLLBACK");
      }
      case REFUSED, INSERT, FAIL, COPY -> change(text);
    };
  }

  private boolean begin() {
    int first = first(fault -> fault == Armed.BEGIN);
    if (status == 'I' && first >= 0) {
      faults.remove(first);
      return fail(SCHEMA);
    }
    status = 'T';
    return answer("C BEGIN");
  }

  private boolean change(Text text) {
    Statement statement = text.statement();
    int id = text.id();
    usesCatalog = true;
    boolean inserts = statement == Statement.INSERT;
    int first =
        first(
            fault ->
                fault == Armed.STATEMENT || (fault == Armed.CONFLICT && status == 'I' && inserts));
    if (first >= 0 && faults.get(first) == Armed.STATEMENT) {
      faults.remove(first);
      return fail(UNAVAILABLE);
    }
    switch (statement) {
      case REFUSED -> {
        return fail(REFUSED);
      }
      case FAIL -> {
        return fail(DIVISION);
      }
      case COPY -> {
        copying = true;
        hasCopied = true;
        copied.clear();
        return answer("G");
      }
      default -> {}
    }
    inserted.add(id);
    if (first >= 0) {
      faults.remove(first);
      return fail(CONFLICT);
    }
    pending.add(id);
    if (status == 'T' && mayConflict(text) && random.nextInt(6) == 0) {
      withConflicts.take(id);
      doomed = true;
    }
    return answer("C INSERT 0 1");
  }

  /** A conflict behind the answer to a COPY is told at once, and a number is taken for ever. */
  private boolean mayConflict(Text text) {
    return withConflicts != null
        && !hasCopied
        && names.entrySet().stream()
            .noneMatch(entry -> !entry.getKey().isEmpty() && entry.getValue().equals(text));
  }

  private int first(Predicate<Armed> wanted) {
    for (int i = 0; i < faults.size(); i++) {
      if (wanted.test(faults.get(i))) {
        return i;
      }
    }
    return -1;
  }

  private boolean commit() {
    if (status == 'E') {
      finish(/* committing= */ false);
      return answer("C ROLLBACK");
    }
    int first = first(Armed::isOfCommit);
    if (status == 'I' || first < 0) {
      finish(/* committing= */ true);
      return answer("C COMMIT");
    }
    Armed fault = faults.remove(first);
    finish(fault.commits());
    switch (fault) {
      case CONFLICT -> fail(CONFLICT);
      case UNAVAILABLE_COMMITTED, UNAVAILABLE_ROLLED_BACK -> fail(UNAVAILABLE);
      default -> cut = true;
    }
    return false;
  }

  private void finish(boolean committing) {
    if (committing) {
      committed.addAll(pending);
    }
    pending.clear();
    portals.clear();
    status = 'I';
    doomed = false;
    usesCatalog = false;
  }

  private boolean fail(String error) {
    answer(error);
    if (status == 'I') {
      pending.clear();
    } else {
      status = 'E';
      doomed = false;
    }
    return false;
  }

  private void ready() {
    skipping = false;
    if (status == 'I' && !cut) {
      finish(/* committing= */ true);
    }
    answer("Z " + status);
  }

  private boolean answer(String text) {
    if (!cut) {
      answers.add(text);
    }
    return true;
  }
}
