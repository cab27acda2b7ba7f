package io.github.dsqljava.local.protocol;

import java.util.List;
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

  /** Schema, table, constraint. */
  private static final String OBJECTS = "stn";

  /** Only system procedures are written in it. */
  private static final String SYSTEM_FRAME = "PL/pgSQL function ";

  private static final List<String> GEOMETRIC =
      List.of("line", "lseg", "box", "path", "polygon", "circle");

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
    if (isKeyTooLarge(error)) {
      return Optional.of(withoutObjects(error.with(MESSAGE, "key size too large")));
    }
    String message = error.field(MESSAGE);
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
    String rest = end < 0 ? "" : withoutCaller(context.substring(end + 1), error.field(MESSAGE));
    ErrorMessage clean = rest.isEmpty() ? error.without(CONTEXT) : error.with(CONTEXT, rest);
    for (int i = 0; i < PLACE.length(); i++) {
      clean = clean.without(PLACE.charAt(i));
    }
    return clean;
  }

  /** What stands in for a type's function is called like the type, and written in SQL. */
  private static String withoutCaller(String context, String message) {
    for (String type : GEOMETRIC) {
      if (message.equals("datatype " + type + " not supported")
          && context.startsWith("SQL function \"" + type + '"')) {
        int end = context.indexOf('\n');
        return end < 0 ? "" : context.substring(end + 1);
      }
    }
    return context;
  }

  /** PostgreSQL itself cannot sort json, nor most types that no column may have. */
  private static boolean isNoKey(ErrorMessage error) {
    return error.sqlState().equals("42704")
        && error.field(MESSAGE).startsWith("data type ")
        && error.field(MESSAGE).endsWith(NO_OPERATOR_CLASS);
  }

  private static ErrorMessage noKey(ErrorMessage error) {
    String message = error.field(MESSAGE);
    // Which of the two the service notices first in a column that is neither is not known.
    return noKey(
        error,
        message.substring("data type ".length(), message.length() - NO_OPERATOR_CLASS.length()));
  }

  /** Above 2,704 bytes PostgreSQL's index refuses the row before our triggers see it. */
  public static boolean isKeyTooLarge(ErrorMessage error) {
    return error.sqlState().equals(LIMIT) && error.field(MESSAGE).startsWith("index row ");
  }

  /** Returns what the client is told if a type cannot be a key. */
  public static ErrorMessage noKey(ErrorMessage error, String type) {
    return withoutObjects(
        error
            .with(SQLSTATE, "0A000")
            .with(MESSAGE, "datatype " + type + " is not supported in a key"));
  }

  /** As where our triggers find it. */
  private static ErrorMessage withoutObjects(ErrorMessage error) {
    ErrorMessage clean = error.without(HINT).without(DETAIL);
    for (int i = 0; i < OBJECTS.length(); i++) {
      clean = clean.without(OBJECTS.charAt(i));
    }
    return clean;
  }
}
