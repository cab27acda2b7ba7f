package io.github.dsqljava.local.request;

import io.github.dsqljava.local.dialect.ClientText;
import io.github.dsqljava.local.dialect.Statement;
import io.github.dsqljava.local.dialect.Trait;
import io.github.dsqljava.local.dialect.TransactionEffect;
import io.github.dsqljava.local.protocol.Bind;
import io.github.dsqljava.local.protocol.ErrorMessage;
import io.github.dsqljava.local.protocol.FrontendType;
import io.github.dsqljava.local.protocol.Message;
import io.github.dsqljava.local.protocol.Query;
import io.github.dsqljava.local.protocol.Sync;
import io.github.dsqljava.local.request.Step.Use;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Messages of a client that PostgreSQL answers with one ReadyForQuery: a Query, or everything up to
 * a Sync. Where a transaction begins or ends in the midst of them, or the client sends Flush, the
 * client's batch is cut into several groups.
 *
 * <p>The steps of a group tell its effect, up to the step at which it is made to fail.
 */
public final class Group {
  /** The usual texts of BEGIN; another one may contain a mistake. */
  private static final Set<String> CANNOT_FAIL =
      Set.of("BEGIN", "begin", "BEGIN TRANSACTION", "START TRANSACTION");

  private final List<ByteBuf> messages = new ArrayList<>();
  private final List<Step> steps = new ArrayList<>();
  private final SortedMap<Integer, Prepared> bound = new TreeMap<>();
  private final SortedMap<Integer, Prepared> prepared = new TreeMap<>();

  private final NameChanges nameChanges = new NameChanges();

  /** Steps whose names turned out to mean another statement, with the steps that replace them. */
  private Map<Step, Step> replaced = Map.of();

  private String sql;
  private boolean last = true;

  /** The text whose syntax it checks; null if it runs statements. */
  private @Nullable ClientText checked;

  private boolean bindsUnknown;
  private boolean extended;

  /** The number of steps that PostgreSQL may reach: those before the failure. */
  private int reachable = Integer.MAX_VALUE;

  private @Nullable FailInPlace failure;

  /** The summary of its steps; computed when needed, and again after a change. */
  private @Nullable GroupSummary summary;

  private Group(String sql) {
    this.sql = sql;
  }

  /** A Query, without its steps. */
  static Group query(String sql, ByteBuf message) {
    var group = new Group(sql);
    group.messages.add(message);
    return group;
  }

  /** Checks the syntax of the groups behind it, which come from one Query. */
  static Group syntaxCheck(ClientText text, ByteBuf message) {
    Group group = query(text.given(), message);
    group.checked = text;
    group.last = false;
    return group;
  }

  /** An empty group for messages of the extended protocol. */
  static Group extended() {
    return new Group("");
  }

  // ---- for the assembler

  void add(Step step) {
    steps.add(step);
    summary = null;
  }

  void add(ByteBuf message) {
    messages.add(message);
  }

  void bind(@Nullable Prepared used) {
    if (used == null) {
      bindsUnknown = true;
    } else {
      bound.put(messages.size(), used);
    }
  }

  void prepare(Prepared made) {
    prepared.put(messages.size(), made);
  }

  /** The next message is a Parse or a Close. */
  void name(Naming made) {
    nameChanges.add(messages.size(), made);
  }

  int messageCount() {
    return messages.size();
  }

  void isNotLast() {
    last = false;
  }

  /**
   * Whether PostgreSQL may ask for data of COPY before it reads the Sync. Then the messages that
   * the client sends after the data belong to the same transaction.
   */
  public boolean mayLoseSync() {
    return !isQuery() && mayAskForData();
  }

  /** Whether PostgreSQL may ask for data of COPY. */
  public boolean mayAskForData() {
    return effect() == TransactionEffect.DML && reachable().stream().anyMatch(Group::copies);
  }

  private static boolean copies(Step step) {
    Statement statement = step.statement();
    return step.runs()
        && statement != null
        && statement.effect() == TransactionEffect.DML
        && statement.node().equals("Copy");
  }

  /**
   * PostgreSQL asks for data of COPY, and ignores the Sync behind it: the batch continues after the
   * data.
   */
  public void losesSync() {
    if (!isQuery()) {
      last = false;
    }
  }

  /** The COPY has failed, and the client has sent the Sync that ends the batch. */
  public void regainsSync() {
    last = true;
  }

  /** Cuts off the messages after the first {@code count} ones, and returns them as a group. */
  Group cutAt(int count, ByteBufAllocator allocator) {
    Group rest = extended();
    rest.bindsUnknown = bindsUnknown;
    List<ByteBuf> behind = messages.subList(count, messages.size());
    rest.messages.addAll(behind);
    behind.clear();
    move(bound.tailMap(count), rest.bound, count);
    move(prepared.tailMap(count), rest.prepared, count);
    nameChanges.moveTo(rest.nameChanges, count);
    for (Step step : steps) {
      if (step.at() >= count) {
        rest.steps.add(step.shiftedBy(-count));
      }
    }
    steps.removeIf(step -> step.at() >= count);
    summary = null;
    messages.add(Sync.encode(allocator));
    last = false;
    return rest;
  }

  private static <T> void move(SortedMap<Integer, T> from, SortedMap<Integer, T> to, int offset) {
    from.forEach((index, value) -> to.put(index - offset, value));
    from.clear();
  }

  // ---- names of statements

  /** Returns the changes that its messages make to names of statements. */
  public NameChanges names() {
    return nameChanges;
  }

  /** Returns the statements whose preparation PostgreSQL has confirmed. */
  public List<Prepared> preparedSoFar() {
    return nameChanges.answeredMessages().stream()
        .map(prepared::get)
        .filter(Objects::nonNull)
        .toList();
  }

  /** Whether it uses a name whose meaning depends on another group that has not ended. */
  public boolean usesUncertainName() {
    for (Step step : steps) {
      Naming naming = step.naming();
      if (naming != null && naming.isUncertain() && !nameChanges.include(naming)) {
        return true;
      }
    }
    return false;
  }

  /** Resolves the names that it uses, once the groups that decide their meaning have ended. */
  public void resolveNames() {
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      Step resolved = step.resolved();
      if (resolved != step) {
        steps.set(i, resolved);
        replaced = replaced.isEmpty() ? new IdentityHashMap<>() : replaced;
        replaced.put(step, resolved);
        summary = null;
        Naming naming = step.naming();
        Prepared found = naming == null ? null : naming.prepared();
        if (step.use() == Use.BIND) {
          rebind(step.at(), found);
        }
      }
    }
  }

  /** Returns the step that has replaced a step after its name was resolved, or the step itself. */
  public Step resolved(Step step) {
    return replaced.isEmpty() ? step : replaced.getOrDefault(step, step);
  }

  private void rebind(int message, @Nullable Prepared used) {
    if (used == null) {
      bound.remove(message);
      bindsUnknown = true;
    } else {
      bound.put(message, used);
    }
  }

  // ---- what it is

  /** Whether the client waits for its ReadyForQuery; otherwise it was cut off a longer batch. */
  public boolean isLast() {
    return last;
  }

  /** Whether it only checks the syntax of the groups behind it. */
  public boolean checksSyntax() {
    return checked != null;
  }

  /** Returns an error of the syntax check with its position in the text that the client sent. */
  public ErrorMessage asSent(ErrorMessage error) {
    return checked == null ? error : SentPosition.of(error, checked, 0);
  }

  /** Whether a statement in it, run or only prepared, asks for a plan. */
  public boolean explains() {
    for (Step step : steps) {
      if (step.explanation() != null) {
        return true;
      }
    }
    return false;
  }

  /** Whether it is a Query, and not messages of the extended protocol. */
  public boolean isQuery() {
    return Message.type(messages.get(0)) == FrontendType.QUERY;
  }

  /** Whether the client's Sync ends it; a Query or a FunctionCall needs none. */
  public boolean endsWithSync() {
    return last && !isQuery() && steps.stream().noneMatch(step -> step.use() == Use.FUNCTION_CALL);
  }

  /** Returns the text of a Query as PostgreSQL gets it; empty for the extended protocol. */
  public String sql() {
    return sql;
  }

  /** Returns its steps, in the order of their answers. */
  public List<Step> steps() {
    return Collections.unmodifiableList(steps);
  }

  /** Returns the steps that PostgreSQL may reach: up to the one at which the group fails. */
  public List<Step> reachable() {
    return reachable < steps.size() ? steps().subList(0, reachable) : steps();
  }

  /** Returns the statements that are bound, by the indexes of the messages. */
  public SortedMap<Integer, Prepared> bound() {
    return Collections.unmodifiableSortedMap(bound);
  }

  /** Returns the statements that are prepared in it. */
  public List<Prepared> prepared() {
    return List.copyOf(prepared.values());
  }

  /** Whether it uses a statement of which this cluster has seen no Parse. */
  public boolean bindsUnknown() {
    return bindsUnknown;
  }

  /** Whether it runs a statement, and does not only prepare some. */
  public boolean executes() {
    return summary().executes();
  }

  /** Whether a statement that it uses has a trait. */
  public boolean has(Trait trait) {
    return summary().traits().contains(trait);
  }

  /** Whether it takes no snapshot, because it only sets or shows settings. */
  public boolean onlySets() {
    return summary().onlySets();
  }

  /** Returns its effect on the transaction: a begin, an end, a schema change, or none. */
  public TransactionEffect effect() {
    return summary().effect();
  }

  /** Whether a statement in it changes the schema. */
  public boolean changesSchema() {
    return summary().effect() == TransactionEffect.DDL;
  }

  /** Whether it calls {@code sys.wait_for_job}, which may take long and runs in no transaction. */
  public boolean standsAlone() {
    return summary().effect() == TransactionEffect.ALONE;
  }

  /** Whether the answer to a statement in it, or its description, has the id of a job. */
  public boolean asksForJobs() {
    return summary().asksForJobs();
  }

  private GroupSummary summary() {
    GroupSummary known = summary;
    if (known == null) {
      known = GroupSummary.of(reachable());
      summary = known;
    }
    return known;
  }

  /** Whether it only begins a transaction, in the form that drivers send. */
  public boolean onlyBegins() {
    return effect() == TransactionEffect.BEGIN
        && failure == null
        && (isQuery() ? CANNOT_FAIL.contains(sql) : onlyBindsBegin());
  }

  /** Whether it is a Parse under a new name or none, a Bind without parameters, and an Execute. */
  private boolean onlyBindsBegin() {
    int parsed = steps.get(0).use() == Use.PARSE ? 1 : 0;
    if (steps.size() != parsed + 2
        || steps.get(parsed).use() != Use.BIND
        || steps.get(parsed + 1).use() != Use.EXECUTE) {
      return false;
    }
    Naming named = steps.get(parsed).naming();
    Prepared used = bound.get(parsed);
    boolean known = named != null && named == steps.get(parsed + 1).naming();
    boolean certain =
        parsed == 1
            ? nameChanges.beginWith(named)
                && used != null
                && (used.name().isEmpty() || (named != null && !named.isUncertain()))
            : named != null && named.isConfirmed();
    return known
        && certain
        && used != null
        && CANNOT_FAIL.contains(used.text().given())
        && Bind.hasNoParameters(messages.get(parsed));
  }

  /**
   * Whether its last step is the only one that runs. A BEGIN may follow other steps if its name was
   * resolved only after the batch was cut.
   */
  public boolean runsOnlyItsEnd() {
    for (Step step : steps.subList(0, steps.size() - 1)) {
      if (step.runs()) {
        return false;
      }
    }
    return steps.get(steps.size() - 1).runs();
  }

  /** Returns the first statement in it that changes the schema, as PostgreSQL gets it. */
  public String schemaChange() {
    return firstOf(TransactionEffect.DDL).map(Statement::given).orElse(sql);
  }

  private Optional<Statement> firstOf(TransactionEffect effect) {
    for (Step step : reachable()) {
      Statement statement = step.statement();
      if (step.runs() && statement != null && statement.effect() == effect) {
        return Optional.of(statement);
      }
    }
    return Optional.empty();
  }

  /** Returns the statements in it that change settings, as PostgreSQL gets them. */
  public List<String> settings() {
    if (!has(Trait.SETS)) {
      return List.of();
    }
    List<String> settings = new ArrayList<>();
    for (Step step : reachable()) {
      Statement statement = step.statement();
      if (step.runs() && statement != null && statement.has(Trait.SETS)) {
        settings.add(statement.given());
      }
    }
    return settings;
  }

  // ---- what PostgreSQL is sent

  /** Returns the messages; they stay the group's. */
  public List<ByteBuf> messages() {
    return Collections.unmodifiableList(messages);
  }

  /** Returns the size of the messages in bytes. */
  public int size() {
    int size = 0;
    for (ByteBuf message : messages) {
      size += message.readableBytes();
    }
    return size;
  }

  /** Whether a statement of dsql-local stands at its end, whose answer the client must not see. */
  public boolean isExtended() {
    return extended;
  }

  /** Adds a statement of dsql-local at the end, which saves a round trip of its own. */
  public void append(OwnNames names, String statement, ByteBufAllocator allocator) {
    extended = true;
    int end = messages.size() - 1;
    if (isQuery()) {
      // A comment may stand at the end of the line.
      replace(0, new Query(sql + "\n;" + statement).encode(allocator));
    } else {
      messages.add(end, names.script().append(allocator.buffer(), statement));
    }
  }

  /** Replaces the text of a Query. */
  public void replaceQuery(String text, ByteBufAllocator allocator) {
    replace(0, new Query(text).encode(allocator));
  }

  /** Lets a Bind use another statement. */
  public void redirect(int index, String statement, ByteBufAllocator allocator) {
    replace(index, Bind.redirect(allocator, messages.get(index), statement));
  }

  private void replace(int index, ByteBuf message) {
    messages.set(index, message).release();
  }

  // ---- failing in place

  /** Returns the failure that was put into it; null if there is none. */
  public @Nullable FailInPlace failure() {
    return failure;
  }

  /** Makes it fail in place of a step, which does not run. */
  public void failAt(Step step, ErrorMessage answer, OwnNames names, ByteBufAllocator allocator) {
    reachable = steps.indexOf(step);
    summary = null;
    switch (step.use()) {
      case QUERY -> failInQuery(step.at(), answer, names, allocator);
      case PARSE -> failInParse(step.at(), answer, names, allocator);
      default -> failInMessage(step.at(), answer, names, /* behind= */ false, allocator);
    }
  }

  /** Makes it fail right after a step that runs, in place of the end of that step's answer. */
  public void failBehind(
      Step step, ErrorMessage answer, OwnNames names, ByteBufAllocator allocator) {
    reachable = steps.indexOf(step) + 1;
    summary = null;
    Statement statement = step.statement();
    if (step.use() == Use.QUERY && statement != null) {
      int end = step.at() + statement.given().length();
      String missing = names.missing();
      String failing = "; EXECUTE \"" + missing + '"';
      insert(end, failing, answer, missing, /* behind= */ true, allocator);
    } else {
      failInMessage(step.at() + 1, answer, names, /* behind= */ true, allocator);
    }
  }

  private void failInQuery(
      int at, ErrorMessage answer, OwnNames names, ByteBufAllocator allocator) {
    String missing = names.missing();
    String failing = "EXECUTE \"" + missing + "\";";
    insert(at, failing, answer, missing, /* behind= */ false, allocator);
  }

  private void insert(
      int at,
      String failing,
      ErrorMessage answer,
      String missing,
      boolean behind,
      ByteBufAllocator allocator) {
    failure =
        new FailInPlace(
            answer,
            missing,
            characters(sql.substring(0, at)),
            failing.length(),
            behind,
            /* inParse= */ false);
    sql = sql.substring(0, at) + failing + sql.substring(at);
    replace(0, new Query(sql).encode(allocator));
  }

  private void failInParse(
      int at, ErrorMessage answer, OwnNames names, ByteBufAllocator allocator) {
    Prepared refused = prepared.get(at);
    if (refused == null) {
      throw new IllegalStateException("message " + at + " is no Parse");
    }
    String failing = FailInPlace.SECOND_STATEMENT + refused.given().sql();
    replace(at, refused.given().withSql(failing).encode(allocator));
    prepared.tailMap(at).clear();
    bound.tailMap(at).clear();
    failure =
        new FailInPlace(
            answer,
            names.missing(),
            /* position= */ 0,
            FailInPlace.SECOND_STATEMENT.length(),
            /* behind= */ false,
            /* inParse= */ true);
  }

  /** Drops the messages after the failure, because PostgreSQL would skip them. */
  private void failInMessage(
      int at, ErrorMessage answer, OwnNames names, boolean behind, ByteBufAllocator allocator) {
    List<ByteBuf> rest = messages.subList(at, messages.size());
    rest.forEach(ByteBuf::release);
    rest.clear();
    String missing = names.missing();
    messages.add(new Bind(missing, missing).encode(allocator));
    messages.add(Sync.encode(allocator));
    prepared.tailMap(at).clear();
    bound.tailMap(at).clear();
    failure = new FailInPlace(answer, missing, /* position= */ 0, 0, behind, /* inParse= */ false);
  }

  /** Counts characters of UTF-8, also for other encodings: in those the text before is ASCII. */
  private static int characters(String bytes) {
    return (int) bytes.chars().filter(unit -> (unit & 0xC0) != 0x80).count();
  }

  /** Releases the messages. */
  public void release() {
    messages.forEach(ByteBuf::release);
    messages.clear();
  }
}
