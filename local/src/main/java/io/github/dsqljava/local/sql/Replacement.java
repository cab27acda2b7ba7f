package io.github.dsqljava.local.sql;

/** The statements that stand in for those of a client. */
final class Replacement {
  private Replacement() {}

  /** What {@code sys.aws_iam_grant} would say as well, had the text not an encoding of its own. */
  static String notAnArn() {
    return refuse("22023", "IAM role must look like an IAM ARN");
  }

  static String call(String procedure, String first, String second) {
    return "CALL sys."
        + procedure
        + "("
        + SqlStrings.quote(first)
        + ", "
        + SqlStrings.quote(second)
        + ")";
  }

  private static String refuse(String sqlState, String message) {
    return call("refuse", sqlState, message);
  }
}
