package io.github.dsqljava.spring;

import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.spring.DsqlLocalConnection.JdbcDriver;

/** URL and class of each driver. */
final class Jdbc {
  private Jdbc() {}

  static String url(DsqlLocal cluster, JdbcDriver driver) {
    return switch (driver) {
      case PGJDBC -> cluster.jdbcUrl();
      case AWS -> cluster.awsJdbcUrl();
    };
  }

  static String className(JdbcDriver driver) {
    return switch (driver) {
      case PGJDBC -> "org.postgresql.Driver";
      case AWS -> "software.amazon.dsql.jdbc.DSQLConnector";
    };
  }
}
