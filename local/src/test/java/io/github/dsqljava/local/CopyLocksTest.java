package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.frontend.WireSession;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * COPY FROM STDIN takes the locks that INSERT takes: a new child shares the key of its parent, so a
 * transaction that has locked the parent on an older snapshot loses at COMMIT, or the other way
 * round. Each script is played with both statements.
 */
@ParameterizedClass
@ValueSource(strings = {"simple", "extended"})
class CopyLocksTest {
  private static final String CONFLICT = "!40001 change conflicts with another transaction (OC000)";

  private static DsqlLocal cluster;

  @Parameter String protocol;

  @BeforeAll
  static void start() throws Exception {
    cluster = DsqlLocal.start();
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(
          admin,
          "CREATE TABLE parent (id int PRIMARY KEY, v int)",
          "CREATE TABLE child (id int PRIMARY KEY, pid int REFERENCES parent)");
    }
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @BeforeEach
  void fill() throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(
          admin,
          "DELETE FROM child",
          "DELETE FROM parent",
          "INSERT INTO parent VALUES (1, 10), (2, 20)");
    }
  }

  /** How a child of parent 1 comes in. */
  private enum Way {
    INSERT("INSERT INTO child VALUES (11, 1)", ""),
    COPY("COPY child FROM STDIN", "11\t1\n"),
    COPY_COLUMNS("COPY child (pid, id) FROM STDIN WITH (FORMAT csv)", "1,11\n");

    private final String statement;
    private final String data;

    Way(String statement, String data) {
      this.statement = statement;
      this.data = data;
    }
  }

  /** Steps of two sessions, where {@code child} adds one, and what the last step is answered. */
  private record Play(String name, List<String> steps, String last, int children) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final String LOCK = "SELECT v FROM parent WHERE id = 1 FOR UPDATE";
  private static final String LOCK_OTHER = "SELECT v FROM parent WHERE id = 2 FOR UPDATE";

  private static List<Play> plays() {
    return List.of(
        new Play(
            "the reader locks first, and the child comes in a transaction",
            List.of("B BEGIN", "B " + LOCK, "A BEGIN", "A child", "A COMMIT", "B COMMIT"),
            CONFLICT,
            1),
        new Play(
            "the reader has an older snapshot, and locks behind the commit",
            List.of(
                "B BEGIN", "B SELECT 1", "A BEGIN", "A child", "A COMMIT", "B " + LOCK, "B COMMIT"),
            CONFLICT,
            1),
        new Play(
            "the child comes first, and the reader commits first",
            List.of("A BEGIN", "A child", "B BEGIN", "B " + LOCK, "B COMMIT", "A COMMIT"),
            CONFLICT,
            0),
        new Play(
            "the child comes by itself beside an open lock",
            List.of("B BEGIN", "B " + LOCK, "A child", "B COMMIT"),
            CONFLICT,
            1),
        new Play(
            "the child comes by itself before the lock",
            List.of("B BEGIN", "B SELECT 1", "A child", "B " + LOCK, "B COMMIT"),
            CONFLICT,
            1),
        new Play(
            "the reader locks another parent",
            List.of("B BEGIN", "B " + LOCK_OTHER, "A BEGIN", "A child", "A COMMIT", "B COMMIT"),
            "COMMIT",
            1),
        new Play(
            "the child is taken back",
            List.of("B BEGIN", "B " + LOCK, "A BEGIN", "A child", "A ROLLBACK", "B COMMIT"),
            "COMMIT",
            0));
  }

  private static Stream<Arguments> playsOfEachWay() {
    return plays().stream()
        .flatMap(play -> Stream.of(Way.values()).map(way -> Arguments.of(play, way)));
  }

  @ParameterizedTest
  @MethodSource("playsOfEachWay")
  void child_sharesTheKeyOfItsParent(Play play, Way way) throws Exception {
    List<String> answers = new ArrayList<>();
    try (WireSession a = new WireSession(cluster, protocol);
        WireSession b = new WireSession(cluster, protocol)) {
      for (String step : play.steps) {
        WireSession session = step.startsWith("A") ? a : b;
        String sql = step.substring(2);
        answers.add(sql.equals("child") ? session.run(way.statement, way.data) : session.run(sql));
      }
    }
    assertThat(answers.subList(0, answers.size() - 1)).noneMatch(answer -> answer.startsWith("!"));
    assertThat(answers).last().isEqualTo(play.last);
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      assertThat(Jdbc.value(admin, "SELECT count(*) FROM child"))
          .isEqualTo(Integer.toString(play.children));
    }
  }
}
