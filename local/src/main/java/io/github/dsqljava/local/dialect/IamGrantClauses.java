package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlStrings;
import io.github.dsqljava.local.sql.StatementCursor;
import java.util.Optional;

/**
 * {@code AWS IAM GRANT role TO 'arn'} and {@code AWS IAM REVOKE role FROM 'arn'}, from the Aurora
 * DSQL User Guide, "Database roles and IAM authentication". PostgreSQL calls a procedure in their
 * place.
 */
final class IamGrantClauses implements ClauseFinder {
  /** The procedure's own error. The procedure cannot read an ARN beyond ASCII: see below. */
  private static final Refusal NOT_AN_ARN =
      new Refusal("22023", "IAM role must look like an IAM ARN", Source.WORDS_UNKNOWN);

  private static final String GRANT = "aws_iam_grant";
  private static final String REVOKE = "aws_iam_revoke";

  /** Whether one of the procedures has this name. */
  static boolean isProcedure(String name) {
    return name.equals(GRANT) || name.equals(REVOKE);
  }

  @Override
  public void find(StatementCursor statement, Draft draft) {
    if (statement.accept("AWS", "IAM", "GRANT")) {
      call(statement, draft, GRANT, "TO");
    } else if (statement.accept("AWS", "IAM", "REVOKE")) {
      call(statement, draft, REVOKE, "FROM");
    }
  }

  private static void call(
      StatementCursor statement, Draft draft, String procedure, String preposition) {
    Optional<String> role = statement.name();
    if (role.isEmpty() || !statement.accept(preposition)) {
      return;
    }
    Optional<String> arn = statement.string();
    if (arn.isEmpty() || !statement.atEnd()) {
      return;
    }
    // An escape gives a code point, but the rest of the text has one character for each byte.
    if (arn.get().chars().allMatch(c -> c < 0x80)) {
      draft.replaceAll(
          "CALL dsql_internal."
              + procedure
              + "("
              + SqlStrings.quote(role.get())
              + ", "
              + SqlStrings.quote(arn.get())
              + ")");
    } else {
      draft.replaceAll("SELECT"); // PostgreSQL has to be able to parse it
      draft.refuse(NOT_AN_ARN);
    }
  }
}
