package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Faults from a file that changes while the cluster runs. */
class FaultFileTest {
  @TempDir private Path directory;
  private Path file;
  private Path armed;
  private DsqlLocal cluster;

  @BeforeEach
  void start() throws Exception {
    file = directory.resolve("faults");
    armed = directory.resolve("faults.armed");
    Files.writeString(file, "conflict-commits 1 on t\nrefuse-logins 1 waking-up\n");
    cluster = DsqlLocal.builder().faults(file).start();
  }

  @AfterEach
  void stop() {
    cluster.close();
    assertThat(armed).doesNotExist();
  }

  @Test
  void atStart_isArmed() throws Exception {
    assertThat(armed).hasSameTextualContentAs(file);
    assertThatThrownBy(() -> Jdbc.connect(cluster, "admin"))
        .hasMessageContaining("waking up cluster");
    try (Connection connection = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(connection, "CREATE TABLE t (id int PRIMARY KEY)");
      assertThatThrownBy(() -> Jdbc.execute(connection, "INSERT INTO t VALUES (1)"))
          .hasMessageContaining("OC000");
      Jdbc.execute(connection, "INSERT INTO t VALUES (1)");
    }
    assertThat(cluster.faults().remaining().total()).isZero();
  }

  @Test
  void replaced_takesThePlaceOfWhatIsLeftOfIt_andLeavesTheOthers() throws Exception {
    cluster.faults().loseCommitAnswers(2);
    replace("conflict-begins 5\n");
    assertThat(cluster.faults().remaining()).isEqualTo(new FaultCounts(0, 0, 2, 0, 0, 0, 5, 0));
    replace("");
    assertThat(cluster.faults().remaining().total()).isEqualTo(2);
  }

  @Test
  void writtenAgainWithTheSameText_isArmedAgain() throws Exception {
    String again = "refuse-logins 1 rate-exceeded\n";
    replace(again);
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> Jdbc.connect(cluster, "admin"))
          .hasMessageContaining("rate exceeded");
      assertThat(cluster.faults().remaining().total()).isZero();
      Files.delete(armed);
      replace(again);
      assertThat(cluster.faults().remaining().loginRefusals()).isEqualTo(1);
    }
  }

  @Test
  void removed_disarms() throws Exception {
    Files.delete(file);
    Eventually.holds("disarmed", () -> cluster.faults().remaining().total() == 0);
    Eventually.holds("no copy", () -> !Files.exists(armed));
    replace("conflict-begins 1");
    assertThat(cluster.faults().remaining().beginConflicts()).isEqualTo(1);
  }

  @Test
  void badLine_isLoggedAndChangesNothing() throws Exception {
    List<String> logged = new ArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord entry) {
            synchronized (logged) {
              logged.add(new SimpleFormatter().formatMessage(entry));
            }
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger logger = Logger.getLogger(FaultFile.class.getName());
    logger.addHandler(handler);
    try {
      Files.writeString(file, "conflict-begins 1\nexplode\n");
      Eventually.holds(
          "it is logged",
          () -> {
            synchronized (logged) {
              return !logged.isEmpty();
            }
          });
    } finally {
      logger.removeHandler(handler);
    }
    assertThat(logged.get(0))
        .startsWith("faults " + file + ", line 2, \"explode\": no fault is called \"explode\"")
        .endsWith("What was armed before stays armed.");
    assertThat(cluster.faults().remaining()).isEqualTo(new FaultCounts(1, 1, 0, 0, 0, 0, 0, 0));
    replace("conflict-begins 1\n");
    assertThat(cluster.faults().remaining().total()).isEqualTo(1);
  }

  @Test
  void cutConnections_isDoneWhenTheFileIsRead() throws Exception {
    replace("");
    try (Connection connection = Jdbc.connect(cluster, "admin")) {
      replace("cut-connections older-than 3600");
      assertThat(Jdbc.value(connection, "SELECT 1")).isEqualTo("1");
      replace("cut-connections");
      assertThatThrownBy(() -> Jdbc.value(connection, "SELECT 1")).isInstanceOf(SQLException.class);
    }
    try (Connection connection = Jdbc.connect(cluster, "admin")) {
      assertThat(Jdbc.value(connection, "SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void builder_badFile_isRefusedBeforeAnythingStarts() throws Exception {
    Path bad = Files.writeString(directory.resolve("bad"), "explode");
    assertThatThrownBy(() -> DsqlLocal.builder().faults(bad))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("faults " + bad + ", line 1, \"explode\": ");
    assertThatThrownBy(() -> DsqlLocal.builder().faults(directory.resolve("missing")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("faults " + directory.resolve("missing") + " cannot be read: ");
  }

  /** Replaces the file as a careful program does, and waits as one in any language can. */
  private void replace(String text) throws Exception {
    Path written = Files.writeString(directory.resolve("faults.mine"), text);
    Files.move(written, file, StandardCopyOption.REPLACE_EXISTING);
    Eventually.holds("armed", () -> text.equals(armedText()));
  }

  private String armedText() throws IOException {
    try {
      return Files.readString(armed);
    } catch (NoSuchFileException e) {
      return null; // not yet, or between two
    }
  }
}
