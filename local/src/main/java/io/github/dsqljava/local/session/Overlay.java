package io.github.dsqljava.local.session;

import io.github.dsqljava.local.session.OwnExchange.Answer;
import io.github.dsqljava.local.sql.SqlReferences;
import io.github.dsqljava.local.wire.ErrorMessage;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Lets the statements of a parked transaction run on shadows: temporary tables that PostgreSQL
 * finds before the real ones of the same name.
 */
final class Overlay {
  private static final String STATEMENT = "dsql$shadow";

  private final BackendLink link;

  Overlay(BackendLink link) {
    this.link = link;
  }

  /** Makes the shadows that a group needs, and its statements' counterparts. */
  void prepare(
      Transaction of, ClientGroup group, Consumer<Answer> then, Consumer<ErrorMessage> otherwise) {
    Set<String> unknown = new LinkedHashSet<>();
    group.texts().forEach(sql -> unknown.addAll(SqlReferences.names(sql)));
    unknown.removeAll(of.known);
    if (unknown.isEmpty()) {
      prepareStatements(of, group, then, otherwise);
      return;
    }
    link.ask(
        answer -> {
          if (answer.error() != null) {
            then.accept(answer);
            return;
          }
          of.known.addAll(unknown);
          of.shadows = answer.row().get(0);
          readRenames(of, answer.row().get(1));
          prepareStatements(of, group, then, otherwise);
        },
        "SELECT * FROM dsql_internal.occ_overlay("
            + Sql.array(unknown)
            + ", pg_catalog.current_schemas(false), "
            + Sql.literal(of.changes)
            + ", "
            + Sql.literal(of.shadows)
            + ")");
  }

  private static void readRenames(Transaction of, String renames) {
    if (renames.isEmpty()) {
      return;
    }
    for (String entry : renames.split(",")) {
      List<String> names = List.of(entry.split(" ")).stream().map(Overlay::fromHex).toList();
      of.renames.put(names.get(0) + '\0' + names.get(1), names.get(2));
    }
  }

  private static String fromHex(String hex) {
    return new String(HexFormat.of().parseHex(hex), StandardCharsets.ISO_8859_1);
  }

  /**
   * A plan that was made before goes on using the real tables, and a qualified name always means
   * them, so what the client binds is prepared anew.
   */
  private void prepareStatements(
      Transaction of, ClientGroup group, Consumer<Answer> then, Consumer<ErrorMessage> otherwise) {
    if (group.bound.isEmpty()) {
      then.accept(new Answer(List.of(), null, (byte) 'T'));
      return;
    }
    ByteBuf script = link.allocator().buffer();
    for (Map.Entry<Integer, Prepared> entry : group.bound.entrySet()) {
      Prepared prepared = entry.getValue();
      String name = STATEMENT + entry.getKey();
      Frontend.close(script, 'S', name);
      Frontend.parse(script, name, requalify(of, prepared.sql()), prepared.parameters());
    }
    Frontend.sync(script);
    link.ask(
        answer -> {
          ErrorMessage error = answer.error();
          if (error == null) {
            then.accept(answer);
          } else {
            otherwise.accept(error); // the client's own mistake
          }
        },
        script);
  }

  /** Makes a group run on the shadows. */
  void translate(Transaction of, ClientGroup group) {
    if (group.isSimpleQuery()) {
      String translated = requalify(of, group.sql);
      if (!translated.equals(group.sql)) {
        group.messages.set(0, replace(group.messages.get(0), translated));
      }
    }
    for (Integer index : group.bound.keySet()) {
      ByteBuf bind = group.messages.get(index);
      group.messages.set(index, Frontend.rebind(link.allocator(), bind, STATEMENT + index));
      bind.release();
    }
  }

  private ByteBuf replace(ByteBuf query, String sql) {
    query.release();
    return Frontend.query(link.allocator(), sql);
  }

  private static String requalify(Transaction of, String sql) {
    if (of.renames.isEmpty() || sql.indexOf('.') < 0) {
      return sql;
    }
    return SqlReferences.requalify(
        sql,
        (schema, name) -> {
          String shadow = of.renames.get(schema + '\0' + name);
          return shadow == null ? "" : "pg_temp." + Sql.identifier(shadow);
        });
  }
}
