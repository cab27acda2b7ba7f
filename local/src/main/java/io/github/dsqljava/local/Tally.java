package io.github.dsqljava.local;

import io.github.dsqljava.local.journal.Journal;
import io.github.dsqljava.local.journal.RecordedStatement;
import io.github.dsqljava.local.journal.RefusedLogin;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Counts what happens on a cluster. Thread-safe. */
final class Tally implements Journal {
  private final Map<String, Long> errors = new TreeMap<>();
  private final Map<String, Long> refusedLogins = new TreeMap<>();
  private long connections;
  private long statements;
  private long conflicts;
  private long concessions;

  @Override
  public boolean isOn() {
    return true;
  }

  @Override
  public synchronized void connected(int processId, String user) {
    connections++;
  }

  @Override
  public synchronized void add(RecordedStatement statement) {
    statements++;
    if (statement.isConflict()) {
      conflicts++;
    }
    if (!statement.sqlState().isEmpty()) {
      errors.merge(statement.sqlState(), 1L, Long::sum);
    }
  }

  @Override
  public synchronized void add(RefusedLogin login) {
    refusedLogins.merge(login.sqlState(), 1L, Long::sum);
  }

  @Override
  public synchronized void gaveWay(int processId, String user, boolean lost) {
    concessions++;
  }

  synchronized String text() {
    return ("Connections: %d; logins refused: %s\n"
            + "Statements: %d; conflicts: %d; transactions that gave way to another: %d\n"
            + "Errors by SQLSTATE: %s\n")
        .formatted(
            connections, list(refusedLogins), statements, conflicts, concessions, list(errors));
  }

  private static String list(Map<String, Long> counts) {
    return counts.isEmpty()
        ? "none"
        : counts.entrySet().stream()
            .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
            .map(entry -> entry.getKey() + " x " + entry.getValue())
            .collect(Collectors.joining(", "));
  }
}
