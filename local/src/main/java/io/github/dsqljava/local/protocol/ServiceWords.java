package io.github.dsqljava.local.protocol;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Translates PostgreSQL's errors into the service's. Removes traces of the procedures that stand in
 * for parts of Aurora DSQL. Uses the service's words where PostgreSQL reports an error before those
 * procedures can.
 */
public final class ServiceWords {
  private static final char SQLSTATE = 'C';
  private static final char MESSAGE = 'M';
  private static final char DETAIL = 'D';
  private static final char HINT = 'H';
  private static final char CONTEXT = 'W';

  /** Other fields on the origin of an error: query, position in it, file, line, routine. */
  private static final String PLACE = "qpFLR";

  /** Schema, table, constraint. */
  private static final String OBJECTS = "stn";

  /** The frame of a PL/pgSQL function: only system procedures are written in that language. */
  private static final String SYSTEM_FRAME = "PL/pgSQL function ";

  private static final List<String> GEOMETRIC =
      List.of("line", "lseg", "box", "path", "polygon", "circle");

  private static final String NO_OPERATOR_CLASS =
      " has no default operator class for access method \"btree\"";

  /** The schema that clients do not see. */
  private static final String OURS = "dsql_internal.";

  /** The service calls a system function a routine here. */
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

  /**
   * Removes the lines about hidden objects, which may depend on the client's; the other lines stay.
   */
  private static ErrorMessage withoutOurs(ErrorMessage error) {
    String rest =
        error
            .field(DETAIL)
            .lines()
            .filter(line -> !line.contains(OURS))
            .collect(Collectors.joining("\n"));
    return rest.isEmpty() ? error.without(DETAIL) : error.with(DETAIL, rest);
  }

  /** Keeps the frames after the last one of ours: they are the client's own calls. */
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

  /** Removes the frame of a type's stand-in, an SQL function with the name of the type. */
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

  /** Whether PostgreSQL cannot sort a type: json, and most types that no column may have. */
  private static boolean isNoKey(ErrorMessage error) {
    return error.sqlState().equals("42704")
        && error.field(MESSAGE).startsWith("data type ")
        && error.field(MESSAGE).endsWith(NO_OPERATOR_CLASS);
  }

  private static ErrorMessage noKey(ErrorMessage error) {
    String message = error.field(MESSAGE);
    // It is unknown which the service reports first, an unsupported type or an unsupported key.
    return noKey(
        error,
        message.substring("data type ".length(), message.length() - NO_OPERATOR_CLASS.length()));
  }

  /**
   * Whether PostgreSQL's index refuses a key above 2,704 bytes, before our triggers see the row.
   */
  public static boolean isKeyTooLarge(ErrorMessage error) {
    return error.sqlState().equals(LIMIT) && error.field(MESSAGE).startsWith("index row ");
  }

  /** Returns the client's error for a type that cannot be a key. */
  public static ErrorMessage noKey(ErrorMessage error, String type) {
    return withoutObjects(
        error
            .with(SQLSTATE, "0A000")
            .with(MESSAGE, "datatype " + type + " is not supported in a key"));
  }

  /** Removes the fields that the errors of our triggers do not have. */
  private static ErrorMessage withoutObjects(ErrorMessage error) {
    ErrorMessage clean = error.without(HINT).without(DETAIL);
    for (int i = 0; i < OBJECTS.length(); i++) {
      clean = clean.without(OBJECTS.charAt(i));
    }
    return clean;
  }
}
