package io.github.dsqljava.local.occ.differential;

/**
 * What one session does next.
 *
 * @param transaction a number that all steps of one transaction have; each statement outside of one
 *     has its own
 * @param statement null unless the action is {@link Action#RUN}
 */
record Step(int session, int transaction, Action action, Statement statement) {
  enum Action {
    BEGIN,
    RUN,
    COMMIT,
    ROLLBACK
  }

  String sql() {
    return action == Action.RUN ? statement.toString() : action.name();
  }

  String session(String answer) {
    return (char) ('A' + session) + ": " + sql() + (answer.isEmpty() ? "" : "   -- " + answer);
  }
}
