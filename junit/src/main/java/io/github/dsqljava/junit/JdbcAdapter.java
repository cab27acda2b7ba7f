package io.github.dsqljava.junit;

import io.github.dsqljava.local.DsqlLocal;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** What the JDK has a type for, and the cluster itself. */
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
