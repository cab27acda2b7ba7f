package io.github.dsqljava.local.session;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The prepared statements of a session, after the catalog has changed. PostgreSQL refuses one for
 * ever whose result has another type now (0A000, cached plan must not change result type); on the
 * service the statement that comes after OC001 works. So they are prepared again.
 */
final class Preparations {
  private static final String NAMES =
      "SELECT coalesce(string_agg(encode(convert_to(name, 'UTF8'), 'hex'), ' '), '')"
          + " FROM pg_catalog.pg_prepared_statements WHERE NOT from_sql";

  private static final String TRIAL = "dsql$trial";

  private Preparations() {}

  /**
   * Prepares them again, outside of a transaction. One that does not fit the catalog any more stays
   * as it was, and says so when it is used.
   *
   * @param statements what the client has prepared, or has tried to
   */
  static void renew(SessionState state, Map<String, Prepared> statements, Runnable then) {
    state.beginWork();
    state.ask(
        answer -> {
          Set<String> present =
              answer.error() == null ? Set.of(answer.row().get(0).split(" ")) : Set.of();
          List<ByteBuf> scripts = new ArrayList<>();
          statements.forEach(
              (name, prepared) -> {
                if (present.contains(hex(name))) {
                  scripts.add(script(state, name, prepared));
                }
              });
          scripts.forEach(script -> state.link.ask(unused -> {}, script));
          state.ask(unused -> then.run(), "SELECT 1");
        },
        NAMES);
  }

  private static String hex(String name) {
    return HexFormat.of().formatHex(name.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static ByteBuf script(SessionState state, String name, Prepared prepared) {
    ByteBuf out = state.link.allocator().buffer();
    Frontend.parse(out, TRIAL, prepared.sql(), prepared.parameters());
    Frontend.close(out, 'S', TRIAL);
    Frontend.close(out, 'S', name);
    Frontend.parse(out, name, prepared.sql(), prepared.parameters());
    Frontend.sync(out);
    return out;
  }
}
