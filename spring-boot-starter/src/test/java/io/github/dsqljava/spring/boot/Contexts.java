package io.github.dsqljava.spring.boot;

import io.github.dsqljava.local.DsqlLocal;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** What the tests share: real applications on a local cluster. */
final class Contexts {
  private static final String NO_JDBC =
      "--spring.autoconfigure.exclude="
          + "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration";

  private Contexts() {}

  /** Everything there is on the class path, and a registry. */
  @SpringBootConfiguration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class App {
    @Bean
    MeterRegistry meters() {
      return new SimpleMeterRegistry();
    }
  }

  /** What signs the tokens for a local cluster. */
  static AwsCredentialsProvider credentials(DsqlLocal cluster) {
    return StaticCredentialsProvider.create(
        AwsBasicCredentials.create(
            cluster.principal().accessKeyId(), cluster.principal().secretAccessKey()));
  }

  /** An application that is led to the cluster by its properties, through a port. */
  static SpringApplicationBuilder app(DsqlLocal cluster, Class<?>... more) {
    return builder(more)
        .initializers(
            context ->
                context.getBeanFactory().registerSingleton("awsCredentials", credentials(cluster)));
  }

  static SpringApplicationBuilder builder(Class<?>... more) {
    return new SpringApplicationBuilder(App.class).sources(more).web(WebApplicationType.NONE);
  }

  static ConfigurableApplicationContext start(
      SpringApplicationBuilder app, DsqlLocal cluster, int port, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--dsql.endpoint=" + cluster.host(),
                "--dsql.port=" + port,
                "--dsql.region=" + cluster.region(),
                "--dsql.ca-file=" + cluster.caFile(),
                "--spring.main.banner-mode=off",
                NO_JDBC));
    arguments.addAll(List.of(more));
    return app.run(arguments.toArray(String[]::new));
  }

  static void sql(DsqlLocal cluster, String sql) {
    try (Connection connection = cluster.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new AssertionError(sql, e);
    }
  }

  static int number(DsqlLocal cluster, String sql) {
    try (Connection connection = cluster.dataSource().getConnection();
        Statement statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getInt(1);
    } catch (SQLException e) {
      throw new AssertionError(sql, e);
    }
  }

  static double retries(ConfigurableApplicationContext context, String kind) {
    return context
        .getBean(MeterRegistry.class)
        .get("dsql.transaction.retries")
        .tag("pool", "spring")
        .tag("kind", kind)
        .counter()
        .count();
  }

  static String stackTrace(Throwable failure) {
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  /** Waits until something is so. */
  static void until(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not in time: " + what);
      }
      LockSupport.parkNanos(1_000_000);
    }
  }
}
