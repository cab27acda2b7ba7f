package io.github.dsqljava.local.occ.differential;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a client is told.
 *
 * @param text the same for the same answer: {@code #1}, rows, or {@code !23505}
 * @param rows of a query
 * @param detail an error's message
 */
record Answer(String text, List<List<String>> rows, String detail) {
  static final Answer DONE = new Answer("#0", List.of(), "");
  private static final int LONG = 60;

  static Answer error(String state, String message) {
    return new Answer("!" + state, List.of(), message);
  }

  static Answer of(Connection connection, String sql, List<Object> parameters) {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.size(); i++) {
        statement.setObject(i + 1, parameters.get(i));
      }
      if (!statement.execute()) {
        return new Answer("#" + statement.getUpdateCount(), List.of(), "");
      }
      try (ResultSet result = statement.getResultSet()) {
        List<List<String>> rows = rows(result);
        return new Answer(rows.toString(), rows, "");
      }
    } catch (SQLException e) {
      String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      return error(String.valueOf(e.getSQLState()), message);
    }
  }

  static List<List<String>> rows(ResultSet result) throws SQLException {
    List<List<String>> rows = new ArrayList<>();
    int columns = result.getMetaData().getColumnCount();
    while (result.next()) {
      List<String> row = new ArrayList<>(columns);
      for (int i = 1; i <= columns; i++) {
        row.add(result.getString(i));
      }
      rows.add(row);
    }
    return rows;
  }

  /** Rows of {@code RETURNING} come in any order. */
  String sorted() {
    return rows.isEmpty() ? text : rows.stream().map(List::toString).sorted().toList().toString();
  }

  boolean isError() {
    return text.startsWith("!");
  }

  /** SQLSTATE; 00000 for what is no error. */
  String state() {
    return isError() ? text.substring(1) : "00000";
  }

  /** Long values cut, for people. */
  @Override
  public String toString() {
    if (isError()) {
      return text + " " + detail;
    }
    if (rows.isEmpty()) {
      return text;
    }
    StringBuilder all = new StringBuilder();
    for (List<String> row : rows) {
      all.append('[');
      for (String value : row) {
        String shown = String.valueOf(value);
        all.append(all.charAt(all.length() - 1) == '[' ? "" : ", ");
        all.append(shown.length() > LONG ? shown.substring(0, LONG) + "..." : shown);
      }
      all.append("] ");
    }
    return all.toString().strip();
  }
}
