package io.github.dsqljava.local;

/**
 * How many faults of each kind are still to strike: a snapshot of {@link ClusterFaults#remaining}.
 *
 * @param loginRefusals from {@link ClusterFaults#refuseLogins}
 * @param commitConflicts from {@link ClusterFaults#conflictCommits}
 * @param lostCommitAnswers from {@link ClusterFaults#loseCommitAnswers}
 * @param cutsBeforeCommit from {@link ClusterFaults#cutBeforeCommit}
 * @param unavailableCommits from {@link ClusterFaults#unavailableAtCommit}
 * @param unavailableStatements from {@link ClusterFaults#unavailableAtStatement}
 * @param beginConflicts from {@link ClusterFaults#conflictBegins}
 * @param closesAfterMessages from {@link ClusterFaults#closeAfterMessages}
 */
public record FaultCounts(
    int loginRefusals,
    int commitConflicts,
    int lostCommitAnswers,
    int cutsBeforeCommit,
    int unavailableCommits,
    int unavailableStatements,
    int beginConflicts,
    int closesAfterMessages) {

  /** All of them together. */
  public int total() {
    return loginRefusals
        + commitConflicts
        + lostCommitAnswers
        + cutsBeforeCommit
        + unavailableCommits
        + unavailableStatements
        + beginConflicts
        + closesAfterMessages;
  }
}
