package io.github.dsqljava.local;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Properties;
import java.util.function.UnaryOperator;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Opens a new connection each time, by the pgjdbc of the program. */
final class ClusterDataSource implements DataSource {
  private static final String DRIVER = "org.postgresql.Driver";
  private static final System.Logger LOG = System.getLogger(ClusterDataSource.class.getName());

  private final String user;
  private final UnaryOperator<String> urls;
  private final UnaryOperator<String> tokens;
  private final Driver driver;
  private int loginTimeoutSeconds;

  /**
   * For connections of this user by default; {@code urls} and {@code tokens} make those of any
   * user.
   */
  ClusterDataSource(String user, UnaryOperator<String> urls, UnaryOperator<String> tokens) {
    this.user = user;
    this.urls = urls;
    this.tokens = tokens;
    this.driver = driver();
  }

  private static Driver driver() {
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    for (ClassLoader loader :
        new ClassLoader[] {context, ClusterDataSource.class.getClassLoader()}) {
      if (loader == null) {
        continue;
      }
      try {
        return (Driver) loader.loadClass(DRIVER).getConstructor().newInstance();
      } catch (ReflectiveOperationException e) {
        LOG.log(System.Logger.Level.DEBUG, "no pgjdbc in {0}", loader);
      }
    }
    throw new DsqlLocalException(
        "a JDBC data source needs pgjdbc, which is not on the class path: add"
            + " org.postgresql:postgresql, for tests in the scope of tests",
        null);
  }

  @Override
  public Connection getConnection() throws SQLException {
    return getConnection(user, "");
  }

  /** An empty password, or null, stands for a fresh token. */
  @Override
  public Connection getConnection(String user, @Nullable String password) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty(
        "password", password == null || password.isEmpty() ? tokens.apply(user) : password);
    if (loginTimeoutSeconds > 0) {
      properties.setProperty("loginTimeout", Integer.toString(loginTimeoutSeconds));
    }
    Connection connection = driver.connect(urls.apply(user), properties);
    if (connection == null) {
      throw new SQLException("pgjdbc does not take " + urls.apply(user));
    }
    return connection;
  }

  @Override
  public @Nullable PrintWriter getLogWriter() {
    return null;
  }

  @Override
  public void setLogWriter(PrintWriter out) throws SQLException {
    throw new SQLFeatureNotSupportedException("dsql-local logs to System.Logger");
  }

  @Override
  public void setLoginTimeout(int seconds) {
    loginTimeoutSeconds = seconds;
  }

  @Override
  public int getLoginTimeout() {
    return loginTimeoutSeconds;
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException("dsql-local logs to System.Logger");
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    if (type.isInstance(this)) {
      return type.cast(this);
    }
    throw new SQLException(this + " is no " + type.getName());
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return type.isInstance(this);
  }

  /** Shows the URL, which has no secret. */
  @Override
  public String toString() {
    return "DataSource[" + urls.apply(user) + "]";
  }
}
