package io.github.dsqljava.local.occ.differential;

import java.sql.SQLException;
import java.util.List;

/** The system that is checked. */
interface Target extends AutoCloseable {
  /** Makes the tables hold these rows, with nobody in a transaction. */
  void reset(Schema schema, State rows) throws SQLException;

  /** One step of a session that logs in as a role when it is new. */
  Answer run(int session, String role, Step step) throws SQLException;

  /** What is committed. */
  State content(Schema schema) throws SQLException;

  /** Ends all transactions, and forgets settings; after a failure, too. */
  void rest() throws SQLException;

  @Override
  void close() throws SQLException;

  static List<Object> parameters(Step step) {
    return step.action() == Step.Action.RUN ? step.statement().parameters() : List.of();
  }

  static String sql(Step step) {
    return step.action() == Step.Action.RUN ? step.statement().sql() : step.action().name();
  }
}
