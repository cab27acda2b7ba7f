package io.github.dsqljava.local.session;

import io.github.dsqljava.local.frontend.Pipeline;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A message that a client sends to a {@link SessionRig}.
 *
 * @param name the name of the prepared statement or the portal, or empty
 * @param portal the portal of a Bind
 * @param texts the statements of a Query or a Parse
 * @param number the number in a message with data of COPY
 */
record ClientMessage(Type type, String name, String portal, List<Text> texts, int number) {
  enum Type {
    QUERY,
    PARSE,
    BIND,
    DESCRIBE_STATEMENT,
    DESCRIBE_PORTAL,
    EXECUTE,
    CLOSE,
    FLUSH,
    SYNC,
    GOOD_DATA,
    BAD_DATA,
    COPY_DONE,
    COPY_FAIL;

    boolean isOfCopy() {
      return compareTo(GOOD_DATA) >= 0;
    }
  }

  enum Statement {
    BEGIN("BEGIN"),
    COMMIT("COMMIT"),
    ROLLBACK("ROLLBACK"),
    INSERT("INSERT INTO t VALUES (%d)"),
    FAIL("SELECT 1 / 0"),
    COPY("COPY t FROM STDIN"),
    REFUSED("TRUNCATE t");

    private final String sql;

    Statement(String sql) {
      this.sql = sql;
    }

    boolean endsTransaction() {
      return this == COMMIT || this == ROLLBACK;
    }

    boolean isControl() {
      return this == BEGIN || endsTransaction();
    }
  }

  /**
   * A statement.
   *
   * @param id the number that it inserts, if it does
   */
  record Text(Statement statement, int id) {
    String sql() {
      return String.format(statement.sql, id);
    }
  }

  static ClientMessage query(List<Text> texts) {
    return new ClientMessage(Type.QUERY, "", "", texts, 0);
  }

  static ClientMessage parse(String name, Text text) {
    return new ClientMessage(Type.PARSE, name, "", List.of(text), 0);
  }

  static ClientMessage bind(String portal, String name) {
    return new ClientMessage(Type.BIND, name, portal, List.of(), 0);
  }

  static ClientMessage data(int number) {
    return new ClientMessage(Type.GOOD_DATA, "", "", List.of(), number);
  }

  static ClientMessage of(Type type) {
    return of(type, "");
  }

  static ClientMessage of(Type type, String name) {
    return new ClientMessage(type, name, "", List.of(), 0);
  }

  void appendTo(Pipeline pipeline) {
    switch (type) {
      case QUERY ->
          pipeline.query(texts.stream().map(Text::sql).collect(Collectors.joining(" /* ; */ ; ")));
      case PARSE -> pipeline.parse(name, texts.get(0).sql());
      case BIND -> pipeline.bind(portal, name);
      case DESCRIBE_STATEMENT -> pipeline.describeStatement(name);
      case DESCRIBE_PORTAL -> pipeline.describePortal(name);
      case EXECUTE -> pipeline.execute(name);
      case CLOSE -> pipeline.closeStatement(name);
      case FLUSH -> pipeline.flush();
      case SYNC -> pipeline.sync();
      case GOOD_DATA -> pipeline.copyData(number + "\n");
      case BAD_DATA -> pipeline.copyData("x\n");
      case COPY_DONE -> pipeline.copyDone();
      case COPY_FAIL -> pipeline.copyFail();
    }
  }

  @Override
  public String toString() {
    return switch (type) {
      case QUERY -> "Query" + texts.stream().map(Text::sql).toList();
      case PARSE -> "Parse " + quoted(name) + " = " + texts.get(0).sql();
      case BIND -> "Bind " + quoted(portal) + " to " + quoted(name);
      case DESCRIBE_STATEMENT, DESCRIBE_PORTAL, EXECUTE, CLOSE -> type + " " + quoted(name);
      case GOOD_DATA -> "data " + number;
      default -> type.toString();
    };
  }

  private static String quoted(String name) {
    return '"' + name + '"';
  }
}
