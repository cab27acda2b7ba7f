package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.local.conformance.wire.WireMessage;
import io.github.dsqljava.local.frontend.Pipeline;
import io.github.dsqljava.local.frontend.RawClient;
import io.netty.util.LeakPresenceDetector;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** A cluster with an empty table {@code t}, whose faults are all used at the end of each test. */
abstract class FaultFixture {
  static final String DATA_CONFLICT = "E 40001 change conflicts with another transaction (OC000)";
  static final String SCHEMA_CONFLICT =
      "E 40001 schema has been updated by another transaction (OC001)";
  static final String UNAVAILABLE = "E XX000 server unavailable";

  static DsqlLocal cluster;
  static ClusterFaults faults;

  @BeforeAll
  static void start() throws Exception {
    cluster = DsqlLocal.start();
    faults = cluster.faults();
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(admin, "CREATE TABLE t (id int PRIMARY KEY)");
    }
  }

  @AfterAll
  static void stop() {
    cluster.close();
    LeakPresenceDetector.check();
  }

  @BeforeEach
  void empty() throws Exception {
    faults.clear();
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(admin, "DELETE FROM t");
    }
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    assertThat(faults.remaining().total()).as("%s", faults).isZero();
    Eventually.holds("all connections closed", () -> cluster.openConnections() == 0);
  }

  static RawClient loggedIn() throws IOException {
    RawClient client =
        RawClient.direct(cluster.port(), cluster.caCertificate(), "localhost", "postgresql");
    client.login("admin", cluster.token("admin"));
    return client;
  }

  /** What is committed, in order. */
  static List<String> rows() throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      return Jdbc.column(admin, "SELECT id FROM t ORDER BY id");
    }
  }

  /** Answers up to so many ReadyForQuery. */
  static List<String> answers(RawClient client, Pipeline pipeline, int batches) throws IOException {
    client.send(pipeline.bytes());
    List<String> answers = new ArrayList<>();
    for (int i = 0; i < batches; i++) {
      client.readUntilReady().forEach(message -> answers.add(text(message)));
    }
    return answers;
  }

  static List<String> query(RawClient client, String sql) throws IOException {
    return answers(client, new Pipeline().query(sql), 1);
  }

  /** Answers up to the end of the connection. */
  static List<String> answersUntilClosed(RawClient client) {
    List<String> answers = new ArrayList<>();
    try {
      while (true) {
        answers.add(text(client.read()));
      }
    } catch (IOException end) {
      return answers;
    }
  }

  static void assertFails(String sqlState, String message, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            SQLException.class,
            e -> {
              assertThat(e.getSQLState()).isEqualTo(sqlState);
              assertThat(e.getMessage()).isEqualTo(message);
            });
  }

  /** The type of a message, and what matters of it. */
  static String text(WireMessage message) {
    return switch (message.type()) {
      case 'E', 'N' -> {
        assertThat(message.field('S')).isEqualTo(message.field('V'));
        String severity = message.field('S');
        yield message.type()
            + (severity.equals("ERROR") || severity.equals("WARNING") ? "" : " " + severity)
            + " "
            + message.field('C')
            + " "
            + message.field('M');
      }
      case 'C', 'Z' -> message.toString().replace("|", "");
      case 'D' -> "D " + message.toString().substring(8);
      default -> Character.toString(message.type());
    };
  }
}
