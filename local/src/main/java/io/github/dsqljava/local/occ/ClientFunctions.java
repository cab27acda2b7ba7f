package io.github.dsqljava.local.occ;

import static java.util.Collections.disjoint;
import static java.util.stream.Collectors.toSet;

import io.github.dsqljava.local.sql.SqlReferences;
import io.github.dsqljava.local.sql.SqlStatement;
import io.github.dsqljava.local.sql.SqlStatements;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The functions of clients, as a transaction's snapshot shows them. They tell which tables a
 * statement may reach. A function finds shadows by the same names as a statement does, if it
 * resolves names in the same way. Immutable.
 */
final class ClientFunctions {
  /** There is none. */
  static final ClientFunctions NONE = new ClientFunctions(List.of(), Set.of());

  /**
   * The tables and views that a statement may reach through functions.
   *
   * @param names all names that occur in the functions
   * @param isExact whether the functions find shadows by these names
   */
  record Reach(Set<String> names, boolean isExact) {}

  /**
   * A function.
   *
   * @param setsPath whether it has a search path of its own
   * @param isBound whether PostgreSQL has resolved names of tables in it already
   * @param body its body and the defaults of its arguments
   * @param callers the tables and views that may call it; an empty name stands for any statement
   */
  private record Function(
      String name, boolean setsPath, boolean isBound, String body, Set<String> callers) {
    boolean isCalled(Set<String> names) {
      return names.contains(name) || callers.contains("") || !disjoint(names, callers);
    }

    Set<String> names() {
      Set<String> names = new HashSet<>();
      for (SqlStatement statement : SqlStatements.split(body)) {
        names.addAll(SqlReferences.names(statement));
      }
      return names;
    }

    /** Whether it may name one of these tables with a schema. */
    boolean qualifies(Set<String> tables) {
      boolean[] found = new boolean[1];
      SqlReferences.requalify(
          body,
          (schema, name) -> {
            found[0] |= tables.contains(name);
            return "";
          });
      return found[0];
    }
  }

  private final List<Function> functions;
  private final Set<String> tables;

  private ClientFunctions(List<Function> functions, Set<String> tables) {
    this.functions = functions;
    this.tables = tables;
  }

  /** Takes the row of {@code occ_functions}. */
  static ClientFunctions read(List<String> row) {
    return new ClientFunctions(
        entries(row.get(0)).stream().map(ClientFunctions::function).toList(),
        Set.copyOf(entries(row.get(1)).stream().map(Hex::decode).toList()));
  }

  private static List<String> entries(String list) {
    return list.isEmpty() ? List.of() : Arrays.asList(list.split(","));
  }

  private static Function function(String entry) {
    String[] parts = entry.split(" ", -1);
    Set<String> callers =
        parts.length == 4
            ? Set.of()
            : Arrays.stream(parts[4].split("-", -1)).map(Hex::decode).collect(toSet());
    return new Function(
        Hex.decode(parts[0]),
        parts[1].equals("t"),
        parts[2].equals("t"),
        Hex.decode(parts[3]),
        callers);
  }

  /** Returns the reach of a statement that has these names in it. */
  Reach reach(Set<String> names) {
    Set<String> found = new LinkedHashSet<>();
    boolean findsTables = false;
    boolean isExact = true;
    Set<Function> left = new LinkedHashSet<>(functions);
    Deque<Function> called = new ArrayDeque<>();
    left.removeIf(function -> function.isCalled(names) && called.add(function));
    for (Function function = called.poll(); function != null; function = called.poll()) {
      Set<String> inside = function.names();
      left.removeIf(other -> other.isCalled(inside) && called.add(other));
      found.addAll(inside);
      if (inside.stream().anyMatch(tables::contains)) {
        findsTables = true;
        isExact &= !function.isBound && !function.qualifies(tables);
      }
      isExact &= !function.setsPath;
    }
    return new Reach(found, isExact || !findsTables);
  }
}
