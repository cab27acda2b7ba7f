package io.github.dsqljava.local.session;

import io.github.dsqljava.local.faults.StatementFaults.Hit;
import io.github.dsqljava.local.occ.Transaction;
import io.github.dsqljava.local.protocol.ErrorMessage;
import io.github.dsqljava.local.request.Group;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A group on its way through a session, from its arrival to its answer. Belongs to an event loop.
 */
final class Run {
  private final Group group;
  private int attempts;
  private boolean dispatched;
  private boolean inTransaction;
  private boolean cannotFail;
  private boolean unguarded;
  private boolean waitsForOthers;
  private boolean hasBeenPatient;
  private @Nullable Transaction within;
  private @Nullable Transaction ends;
  private @Nullable Hit fault;
  private @Nullable CopyInput input;
  private @Nullable Supplier<Optional<ErrorMessage>> verdict;
  private String unfitKey = "";

  Run(Group group) {
    this.group = group;
  }

  Group group() {
    return group;
  }

  /**
   * Its turn has come.
   *
   * @param open whether the client has a transaction block open
   */
  void dispatched(boolean open) {
    if (!dispatched) {
      dispatched = true;
      inTransaction = open;
    }
  }

  /**
   * Whether the client had a transaction block open before it, or has one now, if it is waiting.
   */
  boolean isInTransaction(boolean now) {
    return dispatched ? inTransaction : now;
  }

  /** Counts an attempt; returns the new count. */
  int nextAttempt() {
    return ++attempts;
  }

  /** Whether it is a BEGIN that certainly succeeds. */
  boolean cannotFail() {
    return cannotFail;
  }

  void cannotFail(boolean certain) {
    cannotFail = certain;
  }

  /** Whether the groups that were cut off behind it must not run if it fails. */
  boolean mayStopTheNext() {
    return !group.isLast() && !cannotFail;
  }

  /** Whether other sessions have to let it finish. */
  boolean isUnguarded() {
    return unguarded;
  }

  void unguarded(boolean now) {
    unguarded = now;
  }

  /** Begins to wait for unguarded statements; returns whether this is the first time. */
  boolean waitForOthers() {
    boolean first = !waitsForOthers;
    waitsForOthers = true;
    return first;
  }

  /** It has waited for others for long enough. */
  void losePatience() {
    hasBeenPatient = true;
  }

  boolean hasBeenPatient() {
    return hasBeenPatient;
  }

  /** Returns the transaction in which it runs; null outside of one. */
  @Nullable Transaction within() {
    return within;
  }

  /** Returns the shadows that its transaction has; see {@link Transaction#shadows}. */
  Map<String, String> shadows() {
    return within == null ? Map.of() : within.shadows();
  }

  void runsIn(Transaction transaction) {
    within = transaction;
  }

  /** Returns the transaction that ends with it, unless it fails; null if none does. */
  @Nullable Transaction ends() {
    return ends;
  }

  /**
   * Whether an implicit transaction ends with it. If it fails, the session has to end that
   * transaction before anything else.
   */
  boolean endsImplicit() {
    return ends != null && ends.isImplicit();
  }

  void ends(Transaction transaction) {
    ends = transaction;
  }

  /** Returns the fault that strikes a statement in it; null if there is none. */
  @Nullable Hit fault() {
    return fault;
  }

  void fault(@Nullable Hit hit) {
    fault = hit;
  }

  /** Whether the fault ends the client's connection in place of an answer. */
  boolean endsConnection() {
    return fault != null && fault.fault().answer().isEmpty();
  }

  /** Returns the client's data for its COPYs; null if PostgreSQL has not asked for data. */
  @Nullable CopyInput input() {
    return input;
  }

  void input(CopyInput given) {
    input = given;
  }

  /** Sets a verdict that is asked for after each of its statements has run. */
  void judgedAtItsEnd(Supplier<Optional<ErrorMessage>> by) {
    verdict = by;
  }

  /** Whether there is a verdict after it has run. */
  boolean isJudgedAtItsEnd() {
    return verdict != null;
  }

  /** Returns the error that takes the place of its success; empty if it has succeeded. */
  Optional<ErrorMessage> verdict() {
    return verdict == null ? Optional.empty() : verdict.get();
  }

  /** Returns the type of a column that its index must not have as a key; empty if unknown. */
  String unfitKey() {
    return unfitKey;
  }

  void unfitKey(String type) {
    unfitKey = type;
  }

  void release() {
    group.release();
    if (input != null) {
      input.forget();
    }
  }
}
