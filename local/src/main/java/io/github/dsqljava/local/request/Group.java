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
 * <p>What a group does is told by its steps, up to the one at which it is made to fail.
 */
public final class Group {
  /** The usual ones; another text that begins a transaction may have a mistake in it. */
  private static final Set<String> CANNOT_FAIL =
      Set.of("BEGIN", "begin", "BEGIN TRANSACTION", "START TRANSACTION");

  private final List<ByteBuf> messages = new ArrayList<>();
  private final List<Step> steps = new ArrayList<>();
  private final SortedMap<Integer, Prepared> bound = new TreeMap<>();
  private final SortedMap<Integer, Prepared> prepared = new TreeMap<>();

  private final NameChanges nameChanges = new NameChanges();

  /** Steps whose names turned out to mean something else, and what they are now. */
  private Map<Step, Step> replaced = Map.of();

  private String sql;
  private boolean last = true;

  /** The text whose syntax it asks about; null if it runs something. */
  private @Nullable ClientText checked;

  private boolean bindsUnknown;
  private boolean extended;

  /** How many of the steps are run, if PostgreSQL comes to them. */
  private int reachable = Integer.MAX_VALUE;

  private @Nullable FailInPlace failure;

  /** What its steps have in common; computed when it is asked for, and again after a change. */
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

  /** Asks whether there are mistakes in the syntax of the groups behind it, which are one Query. */
  static Group syntaxCheck(ClientText text, ByteBuf message) {
    Group group = query(text.given(), message);
    group.checked = text;
    group.last = false;
    return group;
  }

  /** Messages of the extended protocol, none yet. */
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
   * Whether PostgreSQL may ask for data of COPY before it comes to the Sync. Then what the client
   * sends behind the data belongs to the same transaction.
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
   * PostgreSQL asks for data of COPY, and takes no notice of the Sync that stands behind it: the
   * batch goes on behind the data.
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

  /**
   * Cuts off what stands behind the first messages. What was prepared before stays known to it: its
   * failure takes that back.
   */
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

  /** Returns what its messages do to names. */
  public NameChanges names() {
    return nameChanges;
  }

  /** Returns the statements that PostgreSQL has said it has prepared. */
  public List<Prepared> preparedSoFar() {
    return nameChanges.answeredMessages().stream()
        .map(prepared::get)
        .filter(Objects::nonNull)
        .toList();
  }

  /** Whether it uses a name of which another group, that is not over, decides what it means. */
  public boolean usesUncertainName() {
    for (Step step : steps) {
      Naming naming = step.naming();
      if (naming != null && naming.isUncertain() && !nameChanges.include(naming)) {
        return true;
      }
    }
    return false;
  }

  /** Takes the names that it uses for what they have turned out to mean. */
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

  /** Returns what has become of a step when its name turned out to mean something else. */
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

  /** Whether it only asks for mistakes in the syntax of the groups behind it. */
  public boolean checksSyntax() {
    return checked != null;
  }

  /** Returns a mistake in that syntax with its place in what the client sent. */
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

  /** Whether it is the client's Sync that ends it; a Query or a FunctionCall needs none. */
  public boolean endsWithSync() {
    return last && !isQuery() && steps.stream().noneMatch(step -> step.use() == Use.FUNCTION_CALL);
  }

  /** Returns the text of a Query as PostgreSQL is given it; empty for the extended protocol. */
  public String sql() {
    return sql;
  }

  /** Returns everything that is answered, in the order of the answers. */
  public List<Step> steps() {
    return Collections.unmodifiableList(steps);
  }

  /** Returns the steps that PostgreSQL may come to: up to the one at which the group fails. */
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

  /** Whether it uses a statement that was not prepared, as far as anybody here knows. */
  public boolean bindsUnknown() {
    return bindsUnknown;
  }

  /** Whether a statement is run in it, and not only prepared. */
  public boolean executes() {
    return summary().executes();
  }

  /** Whether a statement that it uses has a trait. */
  public boolean has(Trait trait) {
    return summary().traits().contains(trait);
  }

  /** Whether nothing in it takes the snapshot of the transaction: it sets or shows settings. */
  public boolean onlySets() {
    return summary().onlySets();
  }

  /** Returns what it does to the transaction: begins or ends it, changes the schema, or nothing. */
  public TransactionEffect effect() {
    return summary().effect();
  }

  /** Whether a statement in it changes the schema. */
  public boolean changesSchema() {
    return summary().effect() == TransactionEffect.DDL;
  }

  /** Whether it calls {@code sys.wait_for_job}, which may take long, and not in a transaction. */
  public boolean standsAlone() {
    return summary().effect() == TransactionEffect.ALONE;
  }

  /** Whether a statement in it is answered, or described, with the id of a job. */
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

  /** Whether nothing is in it but the begin of a transaction, as drivers send it. */
  public boolean onlyBegins() {
    return effect() == TransactionEffect.BEGIN
        && failure == null
        && (isQuery() ? CANNOT_FAIL.contains(sql) : onlyBindsBegin());
  }

  /** A Parse that takes nobody's name or none at all, a Bind without parameters, an Execute. */
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
   * Whether its last step is the only one that is run. That of a BEGIN is not if its name has
   * turned out to stand for BEGIN only after the batch was cut.
   */
  public boolean runsOnlyItsEnd() {
    for (Step step : steps.subList(0, steps.size() - 1)) {
      if (step.runs()) {
        return false;
      }
    }
    return steps.get(steps.size() - 1).runs();
  }

  /** Returns the first statement in it that changes the schema, as PostgreSQL is given it. */
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

  /** Returns the statements in it that set something, as PostgreSQL is given them. */
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

  /** Returns how many bytes the messages have. */
  public int size() {
    int size = 0;
    for (ByteBuf message : messages) {
      size += message.readableBytes();
    }
    return size;
  }

  /**
   * Whether a statement that is not the client's stands at its end; the client must not see its
   * answer.
   */
  public boolean isExtended() {
    return extended;
  }

  /** Adds a statement that is not the client's, which costs no answer of its own. */
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

  /** Puts another text in the place of that of a Query. */
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

  /** Returns what it was made to fail with; null if it was not. */
  public @Nullable FailInPlace failure() {
    return failure;
  }

  /** Makes it fail in place of a step, which is not run. */
  public void failAt(Step step, ErrorMessage answer, OwnNames names, ByteBufAllocator allocator) {
    reachable = steps.indexOf(step);
    summary = null;
    switch (step.use()) {
      case QUERY -> failInQuery(step.at(), answer, names, allocator);
      case PARSE -> failInParse(step.at(), answer, names, allocator);
      default -> failInMessage(step.at(), answer, names, /* behind= */ false, allocator);
    }
  }

  /** Makes it fail right behind a step that is run, in place of the end of its answer. */
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

  /** What stands behind the failure is skipped by PostgreSQL, so it need not be sent. */
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

  /** In UTF-8, whatever the client uses: where it matters, the text is nothing but ASCII. */
  private static int characters(String bytes) {
    return (int) bytes.chars().filter(unit -> (unit & 0xC0) != 0x80).count();
  }

  /** Releases the messages. */
  public void release() {
    messages.forEach(ByteBuf::release);
    messages.clear();
  }
}
