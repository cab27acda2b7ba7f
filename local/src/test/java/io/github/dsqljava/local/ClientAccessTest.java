package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a cluster hands out to clients, ready for use. */
class ClientAccessTest {
  private static final HandClock CLOCK = new HandClock();
  private static DsqlLocal cluster;

  @BeforeAll
  static void start() {
    cluster = DsqlLocal.builder().clock(CLOCK).start();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @Test
  void jdbcUrl_aloneConnects_stillSoWhenTokensOfThatTimeAreTooOld() throws Exception {
    String url = cluster.jdbcUrl();
    String token = cluster.token("admin");
    try (Connection connection = DriverManager.getConnection(url)) {
      assertThat(Jdbc.value(connection, "SELECT current_user")).isEqualTo("admin");
    }
    CLOCK.advance(Duration.ofMinutes(16));
    try (Connection connection = DriverManager.getConnection(url)) {
      assertThat(Jdbc.value(connection, "SELECT 1")).isEqualTo("1");
    }
    // A password of the program's own is used as it is.
    assertThatThrownBy(() -> DriverManager.getConnection(url, null, token).close())
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("access denied");
    assertThat(url).doesNotContain(cluster.principal().secretAccessKey(), "password", "X-Amz");
  }

  @Test
  void jdbcUrl_ofAClosedCluster_saysWhatToDo() {
    String url;
    try (DsqlLocal other = DsqlLocal.start()) {
      url = other.jdbcUrl();
    }
    // pgjdbc asks for the password only when it is connected, so ask in its place.
    Properties properties = new Properties();
    properties.setProperty("PGPORT", "1");
    properties.setProperty("user", "admin");
    assertThatThrownBy(
            () ->
                new FreshToken(properties)
                    .getPassword(
                        org.postgresql.plugin.AuthenticationRequestType.CLEARTEXT_PASSWORD))
        .hasMessageContaining("no dsql-local cluster of this JVM listens on port 1")
        .hasMessageContaining("token(user)");
    assertThatThrownBy(() -> DriverManager.getConnection(url).close())
        .isInstanceOf(SQLException.class);
  }

  @Test
  void dataSource_eachConnectionHasAFreshToken_ofTheUserAskedFor() throws Exception {
    DataSource admin = cluster.dataSource();
    try (Connection connection = admin.getConnection()) {
      Jdbc.execute(
          connection,
          "CREATE ROLE app WITH LOGIN",
          "AWS IAM GRANT app TO '" + DsqlLocal.PRINCIPAL_ARN + "'");
    }
    DataSource app = cluster.dataSource("app");
    CLOCK.advance(Duration.ofMinutes(16));
    try (Connection connection = app.getConnection();
        Connection other = admin.getConnection("app", null)) {
      assertThat(Jdbc.value(connection, "SELECT current_user")).isEqualTo("app");
      assertThat(Jdbc.value(other, "SELECT current_user")).isEqualTo("app");
    }
    assertThatThrownBy(() -> admin.getConnection("admin", "wrong").close())
        .isInstanceOf(SQLException.class);
    assertThat(app.toString())
        .contains("app")
        .doesNotContain(cluster.principal().secretAccessKey());
  }

  @Test
  void tokenLifetime_isThatOfTokens() throws Exception {
    try (DsqlLocal patient =
        DsqlLocal.builder().clock(CLOCK).tokenLifetime(Duration.ofDays(7)).start()) {
      String token = patient.token("admin");
      CLOCK.advance(Duration.ofDays(6));
      try (Connection connection = DriverManager.getConnection(patient.jdbcUrl(), "admin", token)) {
        assertThat(Jdbc.value(connection, "SELECT 1")).isEqualTo("1");
      }
    }
    for (Duration bad : new Duration[] {Duration.ZERO, Duration.ofDays(7).plusSeconds(1)}) {
      assertThatThrownBy(() -> DsqlLocal.builder().tokenLifetime(bad))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("7 days");
    }
  }

  @Test
  void r2dbcOptions_areThoseOfTheDriver_passwordIsAlwaysFresh() {
    Map<String, Object> options = cluster.r2dbcOptions();
    assertThat(options)
        .containsEntry("driver", "postgresql")
        .containsEntry("port", cluster.port())
        .containsEntry("user", "admin")
        .containsEntry("database", "postgres")
        .containsEntry("sslMode", "verify-full")
        .containsEntry("sslRootCert", cluster.caFile().toString());
    Supplier<?> password = (Supplier<?>) options.get("password");
    Object before = password.get();
    CLOCK.advance(Duration.ofSeconds(1));
    assertThat(password.get()).isNotEqualTo(before);
  }

  @Test
  void systemProperties_areSetOnRequest_andGivenBackAtTheEnd() {
    System.setProperty("aws.sessionToken", "of somebody else");
    try {
      try (DsqlLocal other = DsqlLocal.builder().region("eu-west-1").start()) {
        assertThat(System.getProperty("aws.accessKeyId")).isNull();
        other.setSystemProperties();
        other.setSystemProperties();
        assertThat(System.getProperty("aws.accessKeyId"))
            .isEqualTo(other.principal().accessKeyId());
        assertThat(System.getProperty("aws.secretAccessKey"))
            .isEqualTo(other.principal().secretAccessKey());
        assertThat(System.getProperty("aws.region")).isEqualTo("eu-west-1");
        assertThat(System.getProperty("aws.sessionToken")).isNull();
      }
      assertThat(System.getProperty("aws.accessKeyId")).isNull();
      assertThat(System.getProperty("aws.region")).isNull();
      assertThat(System.getProperty("aws.sessionToken")).isEqualTo("of somebody else");
    } finally {
      System.clearProperty("aws.sessionToken");
    }
  }

  @Test
  void systemProperties_ofClustersThatCloseInAnyOrder_areGivenBack() {
    System.setProperty("aws.sessionToken", "of somebody else");
    try {
      DsqlLocal first = DsqlLocal.start();
      DsqlLocal second = DsqlLocal.start();
      DsqlLocal third = DsqlLocal.start();
      first.setSystemProperties();
      second.setSystemProperties();
      third.setSystemProperties();
      second.close();
      assertThat(System.getProperty("aws.accessKeyId")).isEqualTo(third.principal().accessKeyId());
      third.close();
      assertThat(System.getProperty("aws.accessKeyId")).isEqualTo(first.principal().accessKeyId());
      assertThatThrownBy(third::setSystemProperties).isInstanceOf(IllegalStateException.class);
      first.close();
      assertThat(System.getProperty("aws.accessKeyId")).isNull();
      assertThat(System.getProperty("aws.sessionToken")).isEqualTo("of somebody else");
    } finally {
      System.clearProperty("aws.sessionToken");
    }
  }

  @Test
  void sharedAccessKey_isThatOfAllWhoAskForIt() {
    try (DsqlLocal one = DsqlLocal.builder().sharedAccessKey(true).start();
        DsqlLocal two = DsqlLocal.builder().sharedAccessKey(true).start()) {
      assertThat(one.principal()).isEqualTo(two.principal()).isNotEqualTo(cluster.principal());
    }
  }
}
