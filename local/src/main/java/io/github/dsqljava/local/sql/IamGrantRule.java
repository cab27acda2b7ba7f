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
    if (arn.isEmpty() || !cursor.atEnd()) {
      return Optional.empty();
    }
    // An escape gives a code point, but the rest of the text has one character for each byte.
    return arn.get().chars().allMatch(c -> c < 0x80)
        ? Optional.of(Replacement.call(procedure, role.get(), arn.get()))
        : Optional.of(Replacement.notAnArn());
  }
}
