package io.github.dsqljava.local.session;

import io.github.dsqljava.local.dialect.ClassifiedStatement;
import io.github.dsqljava.local.dialect.Clause;
import io.github.dsqljava.local.dialect.Dialect;
import io.github.dsqljava.local.sql.StatementRewriter;
import io.github.dsqljava.local.wire.StandIn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The SQL of one message.
 *
 * <p>What asks for a job ({@code CREATE INDEX ASYNC}, {@code ALTER TABLE ASYNC}) is given to
 * PostgreSQL in words it knows, with marks for the event triggers of {@code jobs.sql}, which note
 * the job; {@link JobAnswers} makes the row with its id. Whether CREATE INDEX may do without a job
 * depends on a setting, so that is left to PostgreSQL, too.
 *
 * @param text what PostgreSQL is given, with as many statements as the client sent
 * @param statements what the client sent; their offsets are those in its own text
 */
record ClientSql(String text, List<ClassifiedStatement> statements) {
  private static final String INDEX = "Index";
  private static final String IAM_GRANT = "IamGrant";
  private static final Dialect DIALECT = Dialect.standard();
  private static final Dialect WITHOUT_ASYNC = DIALECT.allowing(Clause.INDEX_WITHOUT_ASYNC);
  private static final StatementRewriter REWRITER = StatementRewriter.standard();

  static ClientSql of(String sql) {
    List<ClassifiedStatement> statements = DIALECT.classify(sql);
    if (statements.size() == 1 && isPlain(statements.get(0))) {
      return new ClientSql(sql, statements);
    }
    StringBuilder text = new StringBuilder();
    List<ClassifiedStatement> judged = new ArrayList<>(statements.size());
    int copied = 0;
    for (ClassifiedStatement statement : statements) {
      String original = sql.substring(statement.start(), statement.end());
      String given = given(statement, original);
      if (!given.equals(original)) {
        text.append(sql, copied, statement.start()).append(given);
        copied = statement.end();
      }
      judged.add(
          isOurs(statement, original) || isOnlyWithoutAsync(statement, original)
              ? accepted(statement)
              : statement);
    }
    return new ClientSql(
        copied == 0 ? sql : text.append(sql, copied, sql.length()).toString(), List.copyOf(judged));
  }

  /** Whether it is what PostgreSQL is given, and nothing is wrong with it. */
  private static boolean isPlain(ClassifiedStatement statement) {
    return statement.refusal().isEmpty()
        && statement.rewritten().isEmpty()
        && !statement.node().equals(IAM_GRANT);
  }

  private static String given(ClassifiedStatement statement, String original) {
    return statement.node().equals(IAM_GRANT)
        ? REWRITER.rewrite(original)
        : statement.rewritten().orElse(original);
  }

  /** Whether it stands for a statement that a fault strikes. */
  private static boolean isOurs(ClassifiedStatement statement, String original) {
    return statement.refusal().isPresent() && original.equals(StandIn.FAILURE);
  }

  /** Whether nothing is wrong with it but that it builds an index without a job. */
  private static boolean isOnlyWithoutAsync(ClassifiedStatement statement, String original) {
    return statement.refusal().isPresent()
        && statement.node().equals(INDEX)
        && WITHOUT_ASYNC.classify(original).stream().allMatch(other -> other.refusal().isEmpty());
  }

  private static ClassifiedStatement accepted(ClassifiedStatement statement) {
    return new ClassifiedStatement(
        statement.node(),
        statement.statementClass(),
        statement.effect(),
        statement.async(),
        Optional.empty(),
        statement.rewritten(),
        statement.start(),
        statement.end());
  }
}
