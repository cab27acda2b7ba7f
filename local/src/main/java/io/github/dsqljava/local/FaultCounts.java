package io.github.dsqljava.local;

/**
 * The number of faults of each kind that have yet to strike: a snapshot that {@link
 * ClusterFaults#remaining} takes. Immutable.
 */
public final class FaultCounts {
  private record Values(
      int loginRefusals,
      int commitConflicts,
      int lostCommitAnswers,
      int cutsBeforeCommit,
      int unavailableCommits,
      int unavailableStatements,
      int beginConflicts,
      int closesAfterMessages) {}

  private final Values values;

  FaultCounts(
      int loginRefusals,
      int commitConflicts,
      int lostCommitAnswers,
      int cutsBeforeCommit,
      int unavailableCommits,
      int unavailableStatements,
      int beginConflicts,
      int closesAfterMessages) {
    values =
        new Values(
            loginRefusals,
            commitConflicts,
            lostCommitAnswers,
            cutsBeforeCommit,
            unavailableCommits,
            unavailableStatements,
            beginConflicts,
            closesAfterMessages);
  }

  /** From {@link ClusterFaults#refuseLogins}. */
  public int loginRefusals() {
    return values.loginRefusals;
  }

  /** From {@link ClusterFaults#conflictCommits}. */
  public int commitConflicts() {
    return values.commitConflicts;
  }

  /** From {@link ClusterFaults#loseCommitAnswers}. */
  public int lostCommitAnswers() {
    return values.lostCommitAnswers;
  }

  /** From {@link ClusterFaults#cutBeforeCommit}. */
  public int cutsBeforeCommit() {
    return values.cutsBeforeCommit;
  }

  /** From {@link ClusterFaults#unavailableAtCommit}. */
  public int unavailableCommits() {
    return values.unavailableCommits;
  }

  /** From {@link ClusterFaults#unavailableAtStatement}. */
  public int unavailableStatements() {
    return values.unavailableStatements;
  }

  /** From {@link ClusterFaults#conflictBegins}. */
  public int beginConflicts() {
    return values.beginConflicts;
  }

  /** From {@link ClusterFaults#closeAfterMessages}. */
  public int closesAfterMessages() {
    return values.closesAfterMessages;
  }

  /** All of them together. */
  public int total() {
    return loginRefusals()
        + commitConflicts()
        + lostCommitAnswers()
        + cutsBeforeCommit()
        + unavailableCommits()
        + unavailableStatements()
        + beginConflicts()
        + closesAfterMessages();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FaultCounts that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  /** All counts by name. */
  @Override
  public String toString() {
    return "FaultCounts" + values.toString().substring("Values".length());
  }
}
