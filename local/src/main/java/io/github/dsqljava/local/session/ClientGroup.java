package io.github.dsqljava.local.session;

import io.github.dsqljava.local.dialect.TransactionEffect;
import io.github.dsqljava.local.sql.SqlOutline;
import io.github.dsqljava.local.sql.SqlOutline.Kind;
import io.github.dsqljava.local.sql.SqlOutline.Word;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Messages of a client that PostgreSQL answers with one ReadyForQuery: a Query, or everything up to
 * a Sync. Where a transaction begins or ends in the midst of them, or the client sends Flush, the
 * group is cut.
 */
final class ClientGroup {
  /** The usual ones; whatever else begins a transaction may have a mistake in it. */
  private static final Set<String> CANNOT_FAIL =
      Set.of("BEGIN", "begin", "BEGIN TRANSACTION", "START TRANSACTION");

  final List<ByteBuf> messages = new ArrayList<>();

  /** SQL of a Query message; the extended protocol has {@link #bound}. */
  String sql = "";

  /** Statements by the index of the Bind message that uses them. */
  final Map<Integer, Prepared> bound = new HashMap<>();

  /** The statements that are prepared in it, by their names. */
  final Map<String, String> parsed = new HashMap<>();

  Kind kind = Kind.OTHER;
  boolean locksRows;
  boolean sharesKeys;
  boolean mayChangeRows;
  boolean mentionsForeignKeys;

  /** Whether a statement in it is answered with the id of a job. */
  boolean asksForJobs;

  /** The indexes of Describe messages for such statements. */
  List<Integer> jobsDescribed = List.of();

  /** Whether it calls {@code sys.wait_for_job}, which may take long, and not in a transaction. */
  boolean standsAlone;

  /** Whether others have to let it finish. */
  boolean unguarded;

  /** Whether a statement of ours stands at its end, whose answer the client must not see. */
  boolean extended;

  /** Whether the client waits for its ReadyForQuery; otherwise it was cut off a longer one. */
  boolean last = true;

  /** Whether it only asks whether there are mistakes in the syntax of the groups behind it. */
  boolean checksSyntax;

  /** Whether a statement is run in it, not only prepared. */
  boolean executes;

  /** Whether it uses a statement that was not prepared, as far as we know. */
  boolean bindsUnknown;

  /** Whether it {@link #onlyBegins} where that is always right: outside of a transaction. */
  boolean cannotFail;

  /** The transaction that it is run in; null outside of one. */
  @Nullable Transaction within;

  /** The transaction that ends with it, unless it fails. */
  @Nullable Transaction ended;

  /** Its statements, in the order in which PostgreSQL comes to them. */
  final List<Step> steps = new ArrayList<>();

  /** What stands in it for a statement that the service refuses. */
  @Nullable Refused refused;

  int attempts;

  private boolean waitsForOthers;
  private boolean hasBeenPatient;

  void learn(SqlOutline outline) {
    for (SqlOutline.Part part : outline.parts()) {
      if (part.kind() != Kind.OTHER) {
        kind = part.kind();
      }
      learnWords(part);
    }
  }

  /** Nothing in it is run, because what comes first is refused. */
  void doesNothing() {
    kind = Kind.OTHER;
    locksRows = false;
    sharesKeys = false;
    mayChangeRows = false;
    mentionsForeignKeys = false;
    executes = false;
    bindsUnknown = false;
    bound.clear();
    parsed.clear();
    asksForJobs = !jobsDescribed.isEmpty();
    standsAlone = false;
  }

  /** Learns what a statement does besides being of its kind. */
  void learnWords(SqlOutline.Part part) {
    locksRows |= part.locksRows();
    sharesKeys |= part.has(Word.SHARES_KEYS);
    mayChangeRows |= part.has(Word.CHANGES_ROWS);
    mentionsForeignKeys |= part.has(Word.REFERENCES);
  }

  void add(Step step) {
    steps.add(step);
    asksForJobs |= JobAnswers.isAskedFor(step.statement());
    standsAlone |= standsAlone(step);
  }

  private static boolean standsAlone(Step step) {
    return step.use().runs() && step.statement().effect() == TransactionEffect.ALONE;
  }

  /** The rest has become another group. */
  void keepSteps(int before) {
    steps.removeIf(step -> step.at() >= before);
    standsAlone = steps.stream().anyMatch(ClientGroup::standsAlone);
  }

  void describesJob(int at) {
    jobsDescribed = new ArrayList<>(jobsDescribed);
    jobsDescribed.add(at);
    asksForJobs = true;
  }

  /** Whether this is the first time. */
  boolean waitForOthers() {
    boolean first = !waitsForOthers;
    waitsForOthers = true;
    return first;
  }

  void losePatience() {
    hasBeenPatient = true;
  }

  boolean hasBeenPatient() {
    return hasBeenPatient;
  }

  List<String> texts() {
    List<String> texts = new ArrayList<>();
    texts.add(sql);
    bound.values().forEach(prepared -> texts.add(prepared.sql()));
    return texts;
  }

  /** The statements in it that set something, and nothing else. */
  List<String> settings() {
    List<String> settings = new ArrayList<>(parts(Kind.SETTING));
    new TreeMap<>(bound)
        .values().stream()
            .filter(prepared -> prepared.kind() == Kind.SETTING)
            .forEach(prepared -> settings.add(prepared.sql()));
    return settings;
  }

  /** Statements of a Query. */
  private List<String> parts(Kind wanted) {
    return kind == Kind.OTHER
        ? List.of()
        : SqlOutline.of(sql).parts().stream()
            .filter(part -> part.kind() == wanted)
            .map(part -> sql.substring(part.start(), part.end()))
            .toList();
  }

  private List<String> statements() {
    return texts().stream().filter(text -> !text.isEmpty()).toList();
  }

  /** Whether the groups that were cut off behind it must not run if it fails. */
  boolean mayStopTheNext() {
    return !last && !cannotFail;
  }

  /** Whether nothing is in it but the begin of a transaction, as drivers send it. */
  boolean onlyBegins() {
    return kind == Kind.BEGIN
        && !bindsUnknown
        && bound.size() <= 1
        && CANNOT_FAIL.containsAll(parsed.values())
        && CANNOT_FAIL.containsAll(statements());
  }

  /** The one DDL statement of it. */
  String schemaChange() {
    for (Prepared prepared : bound.values()) {
      if (prepared.kind() == Kind.SCHEMA_CHANGE) {
        return prepared.sql();
      }
    }
    return parts(Kind.SCHEMA_CHANGE).stream().findFirst().orElse(sql);
  }

  boolean isSimpleQuery() {
    return !messages.isEmpty() && messages.get(0).getByte(0) == Frontend.QUERY;
  }

  /** Adds a statement of ours, which costs no answer of its own. */
  void append(ByteBufAllocator allocator, String statement) {
    extended = true;
    int last = messages.size() - 1;
    if (isSimpleQuery()) {
      messages.remove(last).release();
      // A comment may stand at the end of the line.
      messages.add(Frontend.query(allocator, sql + "\n;" + statement));
    } else {
      ByteBuf own = allocator.buffer();
      Frontend.execute(own, statement);
      messages.add(last, own);
    }
  }

  int size() {
    return messages.stream().mapToInt(ByteBuf::readableBytes).sum();
  }

  void release() {
    messages.forEach(ByteBuf::release);
    messages.clear();
  }
}
