package io.github.dsqljava.local;

import io.github.dsqljava.local.faults.Fault;
import io.github.dsqljava.local.faults.Fault.Kind;
import io.github.dsqljava.local.faults.FaultPlan;
import io.github.dsqljava.local.frontend.FrontEnd;
import io.github.dsqljava.local.sql.TableName;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/**
 * Makes a local cluster fail on demand, in the ways in which the service fails by itself.
 *
 * <pre>{@code
 * cluster.faults().conflictCommits(1, CommitConflict.DATA);
 * // the next COMMIT of any connection gets 40001
 * assertThat(cluster.faults().remaining().total()).isZero();
 * }</pre>
 *
 * <p>Most methods arm a fault for a number of the next logins or statements of all connections, in
 * the order in which the cluster reaches them. Of several faults for the same occasion, such as a
 * conflict and a lost answer for COMMIT, the one armed first strikes first. A fault counts as used
 * when it reaches its client. A fault stays armed if its statement never runs because an earlier
 * one in the batch failed, or if its connection ends first.
 *
 * <p>Statements are recognized in both protocols, and in a pipeline; in the extended protocol the
 * fault strikes the Execute message. A fault strikes every statement that the cluster has not given
 * to PostgreSQL when the fault is armed, no matter when the client sent it. As long as faults for
 * statements are armed, a connection runs its batches one after the other, and batches that the
 * client has sent ahead wait; nothing else changes for it. A batch is one Query, or all messages up
 * to a Sync.
 *
 * <p>With severity ERROR the client gets exactly one ErrorResponse in place of the statement's
 * answer, the rest of the batch is skipped, and one ReadyForQuery follows. Only SQLSTATE, message
 * and severity are set. Other fields of the service's are unknown.
 *
 * <p>COMMIT stands for END too, BEGIN for START TRANSACTION, and ROLLBACK for ABORT. A COMMIT
 * counts only if there is a transaction block to be committed: not outside of one, and not in one
 * that has failed, whose COMMIT is a ROLLBACK. An implicit transaction has no COMMIT; only {@link
 * #conflictCommits} strikes it nevertheless. The cluster passes AND CHAIN on to PostgreSQL; no
 * document says that the service accepts it.
 *
 * <p>A program in another language can arm the same faults by a file: {@link
 * DsqlLocalBuilder#faults}.
 *
 * <p>Thread-safe. A fault is armed when the method returns. Nothing here blocks but {@link
 * #cutConnections} and {@link #cutConnectionsOlderThan}.
 */
public final class ClusterFaults {
  private final FaultPlan plan;
  private final FrontEnd frontEnd;
  private final InstantSource clock;
  private final InstantSource time;

  /**
   * @param clock by which tokens are judged
   * @param time by which connections age
   */
  ClusterFaults(FaultPlan plan, FrontEnd frontEnd, InstantSource clock, InstantSource time) {
    this.plan = plan;
    this.frontEnd = frontEnd;
    this.clock = clock;
    this.time = time;
  }

  /**
   * Returns the forms of a line in a file for {@link DsqlLocalBuilder#faults}, for a help text:
   * {@code conflict-commits N [data|schema] [on TABLE]} for example. Words in capitals stand for
   * values; words in brackets may be left out.
   */
  public static List<String> fileForms() {
    return FaultOrders.FORMS;
  }

  /**
   * Refuses the next logins. A login counts once its token is valid and the cluster would open a
   * session for it, so a login that fails by itself uses up no fault. The client has sent its
   * password by then.
   *
   * @throws IllegalArgumentException if the count is not positive
   */
  public void refuseLogins(int count, LoginRefusal refusal) {
    plan.arm(count, Faults.loginRefused(refusal, clock));
  }

  /**
   * Rolls the next transactions back when they commit, and answers SQLSTATE 40001. The session is
   * idle afterwards, as on the service.
   *
   * <p>A statement outside of a transaction block counts, too, if it is an INSERT, UPDATE or DELETE
   * or has one in its WITH. The cluster runs it, rolls its implicit transaction back, and sends the
   * error in place of its CommandComplete, behind the rows of a RETURNING. Of several in one Query,
   * or before one Sync, the first is struck and the rest is skipped; no source says which one the
   * service answers with the conflict. COPY, EXPLAIN ANALYZE and changes that a function makes do
   * not count.
   *
   * @throws IllegalArgumentException if the count is not positive
   */
  public void conflictCommits(int count, CommitConflict conflict) {
    plan.arm(count, Faults.commitConflict(conflict));
  }

  /**
   * The same, for transactions that change one table. The cluster looks for the table in the text
   * of their statements: behind INSERT INTO, UPDATE or DELETE FROM, in a WITH too. Changes by
   * foreign keys, functions and views do not count. Neither does a statement that ran while no
   * fault for statements was armed.
   *
   * @param table as it stands in SQL: {@code orders}, {@code shop.orders}, {@code "Orders"}. Two
   *     different schemas are two different tables; if this or the statement names no schema, the
   *     cluster compares the names of the tables only
   * @throws IllegalArgumentException if the count is not positive, or that is no name
   */
  public void conflictCommits(int count, CommitConflict conflict, String table) {
    plan.arm(count, Faults.commitConflict(conflict).on(TableName.parse(table)));
  }

  /**
   * Commits the next transactions and closes their connections in place of an answer. The cluster
   * does not run statements behind the COMMIT. It sends the client all earlier answers and then
   * closes TCP, without TLS's close_notify.
   *
   * @throws IllegalArgumentException if the count is not positive
   */
  public void loseCommitAnswers(int count) {
    plan.arm(count, Fault.commitAnswerLost());
  }

  /**
   * Closes the connections of the next transactions in place of their COMMIT, and rolls them back.
   * When the client sees the end of its connection, the rollback has taken place.
   *
   * @throws IllegalArgumentException if the count is not positive
   */
  public void cutBeforeCommit(int count) {
    plan.arm(count, Fault.cutBeforeCommit());
  }

  /**
   * Answers the next COMMITs with SQLSTATE XX000, {@code server unavailable}, which does not tell
   * the outcome of the transaction. The connection stays open and, here, the session is idle.
   * Source: Aurora DSQL User Guide, "Troubleshooting", September 2026, which names the error and
   * that the outcome is unknown; the status of the session is inferred.
   *
   * @param committed whether the transaction is committed, or else rolled back
   * @throws IllegalArgumentException if the count is not positive
   */
  public void unavailableAtCommit(int count, boolean committed) {
    plan.arm(count, Fault.unavailableAtCommit(committed));
  }

  /**
   * Answers the next statements with SQLSTATE XX000, {@code server unavailable}, and does not run
   * them. Statements are all but BEGIN, COMMIT and ROLLBACK, and every Execute, even one that goes
   * on with a portal. A transaction block fails with its statement; statements in a failed block do
   * not count.
   *
   * @throws IllegalArgumentException if the count is not positive
   */
  public void unavailableAtStatement(int count) {
    plan.arm(count, Fault.unavailableAtStatement());
  }

  /**
   * Refuses the next BEGINs with SQLSTATE 40001, {@code schema has been updated by another
   * transaction (OC001)}. The session stays idle. A BEGIN inside a transaction block does not
   * count.
   *
   * @throws IllegalArgumentException if the count is not positive
   */
  public void conflictBegins(int count) {
    plan.arm(count, Fault.schemaConflictAtBegin());
  }

  /**
   * Closes each of the next connections that log in, in place of the message after {@code messages}
   * ones. Every message of the protocol after the login counts: a Query, each message of the
   * extended protocol, and each one with data of COPY. The cluster answers all earlier messages and
   * then closes TCP, without TLS's close_notify. It rolls back an open transaction, and statements
   * that no Sync has followed. The login uses the fault up.
   *
   * @param count number of connections
   * @param messages number of messages that each one may send; 0 or more
   * @throws IllegalArgumentException if the count is not positive, or messages are negative
   */
  public void closeAfterMessages(int count, int messages) {
    plan.arm(count, Faults.closedAfter(messages));
  }

  /**
   * Resets all client connections that are open now, logged in or not, and returns when they are
   * closed. PostgreSQL rolls back their open transactions.
   *
   * @return the number of connections
   */
  public int cutConnections() {
    return frontEnd.cutConnections();
  }

  /**
   * Does the same to the connections that are older than this, by the time of the cluster, which
   * {@link DsqlLocal#advanceTime} moves. The service closes a connection after 60 minutes, and so
   * does this cluster; no source says how that looks to the client.
   *
   * @return the number of connections
   * @throws IllegalArgumentException if the age is negative
   */
  public int cutConnectionsOlderThan(Duration age) {
    return frontEnd.cutConnectionsBefore(time.instant().minus(Faults.age(age)));
  }

  /**
   * Ends the PostgreSQL backend of one connection. The client gets FATAL 08006, {@code the
   * connection to the cluster was lost}, a text of this cluster's own, and the connection is
   * closed. An idle backend ends at once; one that runs a statement ends within about a second, and
   * the statement is rolled back unless it was done by then. Returns without waiting for that.
   *
   * @param processId as in the client's BackendKeyData and {@code pg_backend_pid()}
   * @return false if no logged-in connection has this backend; no other process is ever touched
   */
  public boolean killBackend(int processId) {
    return frontEnd.endBackend(processId);
  }

  /** Returns the number of strikes left for each fault. */
  public FaultCounts remaining() {
    Map<Kind, Integer> counts = plan.remaining();
    return new FaultCounts(
        counts.getOrDefault(Kind.LOGIN_REFUSED, 0),
        counts.getOrDefault(Kind.COMMIT_CONFLICT, 0),
        counts.getOrDefault(Kind.COMMIT_ANSWER_LOST, 0),
        counts.getOrDefault(Kind.CUT_BEFORE_COMMIT, 0),
        counts.getOrDefault(Kind.UNAVAILABLE_AT_COMMIT, 0),
        counts.getOrDefault(Kind.UNAVAILABLE_AT_STATEMENT, 0),
        counts.getOrDefault(Kind.BEGIN_CONFLICT, 0),
        counts.getOrDefault(Kind.CLOSED_AFTER_MESSAGES, 0));
  }

  /** Disarms all faults. One that is on its way to a client at this moment may still strike. */
  public void clear() {
    plan.clear();
  }

  /** Shows the armed faults. */
  @Override
  public String toString() {
    return "ClusterFaults[" + remaining() + "]";
  }
}
