package io.github.dsqljava.local.sql;

/** The statements that stand in for those of a client. */
final class Replacement {
  private static final String FEATURE_NOT_SUPPORTED = "0A000";

  private Replacement() {}

  /** Aurora DSQL's refusal of an isolation level; the level is in upper case in its message. */
  static String unsupportedIsolationLevel(String level) {
    return refuse(FEATURE_NOT_SUPPORTED, "Unsupported isolation level: " + level);
  }

  /** Aurora DSQL's refusal of SET and RESET. */
  static String settingNotSupported(String parameter) {
    return refuse(
        FEATURE_NOT_SUPPORTED,
        "setting configuration parameter \"" + parameter + "\" not supported");
  }

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
