package io.github.dsqljava.junit;

import io.github.dsqljava.local.DsqlLocal;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Offers the cluster itself, and the types of the JDK: data sources and connections. */
final class JdbcAdapter implements DsqlLocalAdapter {
  @Override
  public boolean offers(Class<?> type) {
    return type == DsqlLocal.class || type == DataSource.class || type == Connection.class;
  }

  @Override
  public Object create(Class<?> type, DsqlLocal cluster) throws SQLException {
    if (type == DsqlLocal.class) {
      return cluster;
    }
    return type == DataSource.class ? cluster.dataSource() : cluster.dataSource().getConnection();
  }

  /** The cluster is not the test's to close. */
  @Override
  public void close(Object made) throws SQLException {
    if (made instanceof Connection connection) {
      connection.close();
    }
  }
}
