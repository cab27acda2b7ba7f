package io.github.dsqljava.local.occ;

import io.github.dsqljava.local.dialect.Statement;
import io.github.dsqljava.local.dialect.Trait;
import io.github.dsqljava.local.occ.Interruption.Leave;
import io.github.dsqljava.local.protocol.ErrorMessage;
import io.github.dsqljava.local.protocol.Parse;
import io.github.dsqljava.local.protocol.Subject;
import io.github.dsqljava.local.protocol.Sync;
import io.github.dsqljava.local.request.Group;
import io.github.dsqljava.local.request.Prepared;
import io.github.dsqljava.local.request.Step;
import io.github.dsqljava.local.sql.SqlReferences;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Lets the statements of a transaction that is off the tables run on shadows: temporary tables that
 * PostgreSQL finds before the real ones of the same name.
 */
final class Overlay {
  private final OccSession session;
  private final Contention contention;

  Overlay(OccSession session, Contention contention) {
    this.session = session;
    this.contention = contention;
  }

  /**
   * Makes the shadows that a group needs, and lets the group use them.
   *
   * @param then called when the group can be sent
   * @param refused takes an error that is the client's own
   * @param failed takes the error if a shadow cannot be made
   */
  void prepare(
      Transaction of,
      Group group,
      Runnable then,
      Consumer<ErrorMessage> refused,
      Consumer<ErrorMessage> failed) {
    Savings savings = of.savings();
    boolean reads = onlyReads(group);
    Set<String> unknown = names(group);
    unknown.addAll(savings.functions().reach(unknown).names());
    unknown.removeAll(savings.known());
    if (reads) {
      unknown.removeAll(savings.readable());
    }
    if (unknown.isEmpty()) {
      prepareStatements(savings, group, then, refused);
      return;
    }
    session.ask(
        Leave.NONE,
        answer -> {
          ErrorMessage error = answer.error();
          if (error != null) {
            failed.accept(error);
            return;
          }
          List<String> row = answer.row();
          savings.shadows(row.get(0), unknown, row.get(2).equals("t"));
          readRenames(savings, row.get(1));
          makeViews(
              savings, row.get(3), () -> prepareStatements(savings, group, then, refused), failed);
        },
        List.of(contention.calls().overlay(savings, unknown, reads)));
  }

  /** Makes the views over shadows. Our scanner reads PostgreSQL's text of each view. */
  private void makeViews(
      Savings savings, String views, Runnable then, Consumer<ErrorMessage> failed) {
    if (views.isEmpty()) {
      then.run();
      return;
    }
    session.ask(
        Leave.NONE,
        answer -> {
          ErrorMessage error = answer.error();
          if (error != null) {
            failed.accept(error);
            return;
          }
          savings.views(answer.row().get(0));
          then.run();
        },
        List.of(contention.calls().overlayViews(savings, onShadows(savings, views))));
  }

  /** Replaces the names of tables in the definitions by those of shadows. */
  private static String onShadows(Savings savings, String views) {
    return Arrays.stream(views.split(","))
        .map(
            entry -> {
              String[] parts = entry.split(" ");
              String definition =
                  SqlReferences.requalifyView(Hex.decode(parts[2]), savings::shadowOf);
              return parts[0] + ' ' + parts[1] + ' ' + Hex.encode(definition);
            })
        .collect(Collectors.joining(","));
  }

  /**
   * Reads the clients' functions, once for a transaction, and only if there ever was one.
   *
   * @param failed takes the error if that is not possible
   */
  void learnFunctions(Transaction of, Runnable then, Consumer<ErrorMessage> failed) {
    if (!contention.hasFunctions() || of.savings().knowsFunctions()) {
      then.run();
      return;
    }
    session.ask(
        Leave.NONE,
        answer -> {
          ErrorMessage error = answer.error();
          if (error != null) {
            failed.accept(error);
            return;
          }
          of.savings().functions(ClientFunctions.read(answer.row()));
          then.run();
        },
        List.of(contention.calls().functions()));
  }

  /**
   * Whether a group has the same effect on shadows as on the tables. A function that names a table
   * with its schema, or has a search path of its own, or was bound when it was defined, would reach
   * the table itself. {@link #learnFunctions} comes first.
   */
  static boolean canRun(Transaction of, Group group) {
    return of.savings().functions().reach(names(group)).isExact();
  }

  /** Whether a group certainly changes and locks nothing. */
  private boolean onlyReads(Group group) {
    return !group.has(Trait.CHANGES_ROWS)
        && !group.has(Trait.LOCKS_ROWS)
        && !contention.hasFunctions();
  }

  private static Set<String> names(Group group) {
    Set<String> names = new LinkedHashSet<>();
    for (Step step : group.steps()) {
      Statement statement = step.statement();
      if (statement != null) {
        names.addAll(SqlReferences.names(statement.tokens()));
      }
    }
    return names;
  }

  private static void readRenames(Savings savings, String renames) {
    if (renames.isEmpty()) {
      return;
    }
    for (String entry : renames.split(",")) {
      List<String> names = List.of(entry.split(" ")).stream().map(Hex::decode).toList();
      savings.rename(names.get(0), names.get(1), names.get(2));
    }
  }

  /**
   * Prepares the statements that the client binds once more, because an older plan or a qualified
   * name would use the real tables.
   */
  private void prepareStatements(
      Savings savings, Group group, Runnable then, Consumer<ErrorMessage> refused) {
    if (group.bound().isEmpty()) {
      translate(savings, group);
      then.run();
      return;
    }
    ByteBuf script = session.allocator().buffer();
    group
        .bound()
        .forEach(
            (index, prepared) -> {
              String name = session.names().shadow(index);
              Subject.statement(name).close(script);
              given(savings, prepared, name).encode(script);
            });
    session.ask(
        answer -> {
          ErrorMessage error = answer.error();
          if (error == null) {
            translate(savings, group);
            then.run();
          } else {
            refused.accept(error);
          }
        },
        Sync.encode(script));
  }

  private static Parse given(Savings savings, Prepared prepared, String name) {
    return prepared.given().withName(name).withSql(requalify(savings, prepared.given().sql()));
  }

  /** Makes a group run on the shadows. */
  private void translate(Savings savings, Group group) {
    if (group.isQuery()) {
      String translated = requalify(savings, group.sql());
      if (!translated.equals(group.sql())) {
        group.replaceQuery(translated, session.allocator());
      }
    }
    for (Integer index : group.bound().keySet()) {
      group.redirect(index, session.names().shadow(index), session.allocator());
    }
  }

  private static String requalify(Savings savings, String sql) {
    if (sql.indexOf('.') < 0) {
      return sql;
    }
    return SqlReferences.requalify(sql, savings::shadowOf);
  }
}
