package io.github.dsqljava.clients;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.Credentials;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.local.LoopbackSocketFactory;
import java.sql.SQLException;

/** HikariCP over pgjdbc, with a token for each new connection: the base of the other recipes. */
final class Pools {
  private Pools() {}

  static HikariDataSource hikari(DsqlLocal cluster) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url(cluster));
    config.setCredentialsProvider(() -> Credentials.of("admin", cluster.token("admin")));
    config.setMaximumPoolSize(4);
    return new HikariDataSource(config);
  }

  /** The name on the service; the socket factory leads it to this machine. */
  static String url(DsqlLocal cluster) {
    return "jdbc:postgresql://"
        + cluster.clusterHost()
        + ":"
        + cluster.port()
        + "/postgres?sslmode=verify-full&sslrootcert="
        + cluster.caFile()
        + "&socketFactory="
        + LoopbackSocketFactory.class.getName();
  }

  interface Work {
    void run() throws Exception;
  }

  /** Runs work again after a conflict; a change of the schema is one, too (OC001). */
  static void again(Work work) throws Exception {
    for (int attempt = 1; ; attempt++) {
      try {
        work.run();
        return;
      } catch (Exception e) {
        if (attempt == 20 || !isConflict(e)) {
          throw e;
        }
      }
    }
  }

  /** Frameworks wrap what the driver throws. */
  private static boolean isConflict(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql && "40001".equals(sql.getSQLState())) {
        return true;
      }
    }
    return false;
  }
}
