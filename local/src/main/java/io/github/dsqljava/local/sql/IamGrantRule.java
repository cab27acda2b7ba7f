package io.github.dsqljava.local.sql;

import java.util.Optional;
import java.util.Set;

/**
 * {@code AWS IAM GRANT role TO 'arn'} and {@code AWS IAM REVOKE role FROM 'arn'}, from the Aurora
 * DSQL User Guide, "Database roles and IAM authentication".
 */
final class IamGrantRule implements StatementRule {
  @Override
  public Set<String> firstKeywords() {
    return Set.of("AWS");
  }

  @Override
  public Optional<String> replacement(SqlStatement statement) {
    var cursor = new StatementCursor(statement);
    if (cursor.accept("AWS", "IAM", "GRANT")) {
      return call(cursor, "aws_iam_grant", "TO");
    }
    if (cursor.accept("AWS", "IAM", "REVOKE")) {
      return call(cursor, "aws_iam_revoke", "FROM");
    }
    return Optional.empty();
  }

  private static Optional<String> call(
      StatementCursor cursor, String procedure, String preposition) {
    Optional<String> role = cursor.name();
    if (role.isEmpty() || !cursor.accept(preposition)) {
      return Optional.empty();
    }
    Optional<String> arn = cursor.string();
    return arn.isPresent() && cursor.atEnd()
        ? Optional.of(Replacement.call(procedure, role.get(), arn.get()))
        : Optional.empty();
  }
}
