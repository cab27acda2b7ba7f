package io.github.dsqljava.local.protocol;

import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Errors of PostgreSQL as the service would give them: without a trace of the procedures that stand
 * in for parts of Aurora DSQL here, and in the service's words where PostgreSQL notices something
 * before those procedures can.
 */
public final class ServiceWords {
  private static final char SQLSTATE = 'C';
  private static final char MESSAGE = 'M';
  private static final char DETAIL = 'D';
  private static final char HINT = 'H';
  private static final char CONTEXT = 'W';

  /** What else tells where an error was raised: query, position in it, file, line, routine. */
  private static final String PLACE = "qpFLR";

  /** Only system procedures are written in it. */
  private static final String SYSTEM_FRAME = "PL/pgSQL function ";

  private static final String NO_OPERATOR_CLASS =
      " has no default operator class for access method \"btree\"";

  /** The schema that clients do not see. */
  private static final String OURS = "dsql_internal.";

  /** Of a system function the service says routine. */
  private static final String NOT_THE_OWNER = "must be owner of function sys.";

  private static final String LIMIT = "54000";
  private static final String TEMP_FILES = "temporary file size exceeds temp_file_limit (";

  private ServiceWords() {}

  /** Returns what the client gets in place of an error; empty if it gets PostgreSQL's own. */
  public static Optional<ErrorMessage> insteadOf(ErrorMessage error) {
    if (error.field(DETAIL).contains(OURS)) {
      ErrorMessage shown = withoutOurs(error);
      return Optional.of(insteadOf(shown).orElse(shown));
    }
    if (error.field(CONTEXT).contains(SYSTEM_FRAME)) {
      return Optional.of(withoutTrace(error));
    }
    if (isNoKey(error)) {
      return Optional.of(noKey(error));
    }
    String message = error.field(MESSAGE);
    if (error.sqlState().equals(LIMIT) && message.startsWith("index row ")) {
      // Above 2,704 bytes PostgreSQL's index refuses the row before our triggers see it.
      return Optional.of(error.with(MESSAGE, "key size too large").without(HINT).without(DETAIL));
    }
    if (message.startsWith(NOT_THE_OWNER)) {
      return Optional.of(
          error.with(
              MESSAGE,
              "must be owner of routine sys." + message.substring(NOT_THE_OWNER.length())));
    }
    if (error.sqlState().equals("53400") && message.startsWith(TEMP_FILES)) {
      String limit = message.substring(TEMP_FILES.length(), message.length() - "kB)".length());
      return Optional.of(
          error
              .with(SQLSTATE, LIMIT)
              .with(
                  MESSAGE,
                  "query requires more than allowed temp space of " + limit + " KB to execute"));
    }
    return Optional.empty();
  }

  /** Objects that clients do not see depend on theirs; the lines of the others stay. */
  private static ErrorMessage withoutOurs(ErrorMessage error) {
    String rest =
        error
            .field(DETAIL)
            .lines()
            .filter(line -> !line.contains(OURS))
            .collect(Collectors.joining("\n"));
    return rest.isEmpty() ? error.without(DETAIL) : error.with(DETAIL, rest);
  }

  /** What the client itself has called is behind the last of our frames. */
  private static ErrorMessage withoutTrace(ErrorMessage error) {
    String context = error.field(CONTEXT);
    int end = context.indexOf('\n', context.lastIndexOf(SYSTEM_FRAME));
    ErrorMessage clean =
        end < 0 ? error.without(CONTEXT) : error.with(CONTEXT, context.substring(end + 1));
    for (int i = 0; i < PLACE.length(); i++) {
      clean = clean.without(PLACE.charAt(i));
    }
    return clean;
  }

  /** PostgreSQL itself cannot sort json, nor most types that no column may have. */
  private static boolean isNoKey(ErrorMessage error) {
    return error.sqlState().equals("42704")
        && error.field(MESSAGE).startsWith("data type ")
        && error.field(MESSAGE).endsWith(NO_OPERATOR_CLASS);
  }

  private static ErrorMessage noKey(ErrorMessage error) {
    String message = error.field(MESSAGE);
    String type =
        message.substring("data type ".length(), message.length() - NO_OPERATOR_CLASS.length());
    // Which of the two the service notices first in a column that is neither is not known.
    return error
        .with(SQLSTATE, "0A000")
        .with(MESSAGE, "datatype " + type + " is not supported in a key")
        .without(HINT);
  }
}
