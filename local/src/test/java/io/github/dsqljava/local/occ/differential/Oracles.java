package io.github.dsqljava.local.occ.differential;

import io.github.dsqljava.local.postgres.PlainServer;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** One database of plain PostgreSQL for each session. */
final class Oracles implements AutoCloseable {
  private static final String MODEL = "model";

  private final PlainServer server;
  private final List<Oracle> list = new ArrayList<>();

  private Oracles(PlainServer server) {
    this.server = server;
  }

  static Oracles start(List<Schema> schemas) throws IOException, SQLException {
    Oracles oracles = new Oracles(PlainServer.start());
    try {
      Oracle.createModel(oracles.server, MODEL, schemas);
      for (int i = 0; i < Runner.SESSIONS; i++) {
        Oracle.copyModel(oracles.server, MODEL, "session" + i);
        oracles.list.add(new Oracle(oracles.server, "session" + i));
      }
      return oracles;
    } catch (SQLException | RuntimeException e) {
      oracles.close();
      throw e;
    }
  }

  /** One more database, for another purpose. */
  void copyModel(String database) throws SQLException {
    Oracle.copyModel(server, MODEL, database);
  }

  PlainServer server() {
    return server;
  }

  List<Oracle> list() {
    return list;
  }

  @Override
  public void close() throws IOException, SQLException {
    for (Oracle oracle : list) {
      oracle.close();
    }
    server.close();
  }
}
