package io.github.dsqljava.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.spring.DsqlLocalConnection.JdbcDriver;
import io.r2dbc.spi.ConnectionFactoryOptions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.jdbc.JdbcConnectionDetails;
import org.springframework.boot.autoconfigure.r2dbc.R2dbcConnectionDetails;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;

/**
 * The beans, in a plain context; both lines of Spring Boot are on the class path. Whole
 * applications of each line are in the module "projects".
 */
class DsqlLocalConnectionTest {
  @Test
  void details_areOfOneCluster_thatClosesWithTheContext() throws Exception {
    DsqlLocal cluster;
    try (var context = new AnnotationConfigApplicationContext(WithPgjdbc.class)) {
      cluster = context.getBean(DsqlLocal.class);
      assertThat(cluster.region()).isEqualTo("eu-west-1");
      JdbcConnectionDetails details = context.getBean(JdbcConnectionDetails.class);
      try (Connection connection =
          DriverManager.getConnection(
              details.getJdbcUrl(), details.getUsername(), details.getPassword())) {
        assertThat(connection.getMetaData().getUserName()).isEqualTo("admin");
      }
      assertThat(details.getDriverClassName()).isEqualTo("org.postgresql.Driver");
      var later =
          context.getBean(org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails.class);
      assertThat(later.getJdbcUrl()).isEqualTo(details.getJdbcUrl());
      ConnectionFactoryOptions options =
          context.getBean(R2dbcConnectionDetails.class).getConnectionFactoryOptions();
      assertThat(options.getValue(ConnectionFactoryOptions.PORT)).isEqualTo(cluster.port());
      Object password = options.getValue(ConnectionFactoryOptions.PASSWORD);
      assertThat(password).isInstanceOf(Supplier.class);
      assertThat(
              context.getBean(
                  org.springframework.boot.r2dbc.autoconfigure.R2dbcConnectionDetails.class))
          .isNotNull();
    }
    assertThat(cluster.ended()).succeedsWithin(30, TimeUnit.SECONDS);
  }

  @Test
  void awsDriver_hasItsUrl_andKeysWhileTheContextLives() {
    try (var context = new AnnotationConfigApplicationContext(WithAws.class)) {
      DsqlLocal cluster = context.getBean(DsqlLocal.class);
      JdbcConnectionDetails details = context.getBean(JdbcConnectionDetails.class);
      assertThat(details.getJdbcUrl())
          .startsWith("jdbc:aws-dsql:postgresql://" + cluster.clusterHost());
      assertThat(details.getDriverClassName()).isEqualTo("software.amazon.dsql.jdbc.DSQLConnector");
      assertThat(System.getProperty("aws.accessKeyId"))
          .isEqualTo(cluster.principal().accessKeyId());
    }
    assertThat(System.getProperty("aws.accessKeyId")).isNull();
  }

  @DsqlLocalConnection
  static class WithPgjdbc {
    @Bean
    DsqlLocalCustomizer ireland() {
      return builder -> builder.region("eu-west-1");
    }
  }

  @DsqlLocalConnection(driver = JdbcDriver.AWS)
  static class WithAws {}
}
