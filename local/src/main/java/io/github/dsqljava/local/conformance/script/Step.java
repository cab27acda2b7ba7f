package io.github.dsqljava.local.conformance.script;

/**
 * A line of a script: {@code session: sql => answer}. {@code A! } sends a statement without
 * waiting, {@code A~} makes sure that it still runs, {@code A?} waits for its answer; {@code A^}
 * waits until it sleeps in {@code pg_sleep}. Answers: {@code #1} an update count, {@code [1, a] [2,
 * b]} rows, {@code none} no row, {@code 200 rows} many, {@code !23505 ERROR: text} an error, {@code
 * !OC000} the conflict in the service's words, {@code ok} anything but an error. Details behind
 * {@code |} ({@code DETAIL}, {@code HINT}, {@code TAG}) are compared only if the step names them.
 * The word {@code status} in place of SQL asks for the state of the transaction, {@code jobs} waits
 * for the end of the script's jobs, {@code drop} cuts the connection, {@code wait 5} waits 5
 * seconds.
 *
 * @param session one letter
 * @param sql the statement or one of the words above
 * @param onlyHere whether it is played on dsql-local alone, because it touches objects outside of
 *     the script
 */
public record Step(String session, char mode, String sql, String expected, boolean onlyHere) {
  /** Sends a statement and waits for its answer. */
  public static final char ASK = ':';

  /** Sends a statement without waiting. */
  public static final char SEND = '!';

  /** Waits for the answer to what was sent. */
  public static final char AWAIT = '?';

  /** Makes sure that what was sent still runs. */
  public static final char RUNS = '~';

  /** Waits until what was sent sleeps. */
  public static final char SLEEPS = '^';

  /** Expects any answer but an error. */
  public static final String OK = "ok";

  /** SQLSTATE 40001 in the service's words of 2026. */
  public static final String CONFLICT =
      "!40001 ERROR: change conflicts with another transaction (OC000)";

  private static final String CONFLICT_WORD = "!OC000";
  private static final String ONLY_HERE = "here ";
  private static final String ARROW = "=>";

  /**
   * Reads a line.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static Step parse(String line) {
    boolean onlyHere = line.startsWith(ONLY_HERE);
    String text = onlyHere ? line.substring(ONLY_HERE.length()) : line;
    if (text.length() < 2 || ":!?~^".indexOf(text.charAt(1)) < 0) {
      throw new IllegalArgumentException("no step of a script: " + line);
    }
    int arrow = text.lastIndexOf(ARROW);
    String sql = text.substring(2, arrow < 0 ? text.length() : arrow).strip();
    String expected = arrow < 0 ? OK : text.substring(arrow + ARROW.length()).strip();
    return new Step(
        text.substring(0, 1),
        text.charAt(1),
        sql,
        expected.equals(CONFLICT_WORD) ? CONFLICT : expected,
        onlyHere);
  }

  /** Whether an answer is the expected one. */
  public boolean accepts(String answer) {
    if (expected.equals(OK)) {
      return !answer.startsWith("!");
    }
    return expected.contains(DETAILS) ? answer.equals(expected) : head(answer).equals(expected);
  }

  /** Separates the answer from its details. */
  public static final String DETAILS = " | ";

  private static String head(String answer) {
    int details = answer.indexOf(DETAILS);
    return details < 0 ? answer : answer.substring(0, details);
  }

  /** Returns the line with another answer. */
  public String line(String answer) {
    return session + mode + (sql.isEmpty() ? "" : " " + sql) + " " + ARROW + " " + answer;
  }

  /** Returns the same step with the schema's name in the place of {@code {schema}}. */
  public Step in(String schema) {
    return new Step(
        session, mode, sql.replace(SCHEMA, schema), expected.replace(SCHEMA, schema), onlyHere);
  }

  /** Stands for the schema that a script is played in. */
  public static final String SCHEMA = "{schema}";
}
