package io.github.dsqljava.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.github.dsqljava.junit.DsqlLocalTest.Cluster;
import io.github.dsqljava.junit.DsqlLocalTest.Reset;
import io.github.dsqljava.local.CommitConflict;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.local.DsqlLocalBuilder;
import io.github.dsqljava.local.limits.Limit;
import io.github.dsqljava.local.limits.Limits;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/** Runs the classes below by JUnit's own engine and looks at what comes of it. */
class ExtensionTest {
  /** Which test was given which cluster. */
  private static final Map<String, DsqlLocal> GIVEN = new ConcurrentHashMap<>();

  private static final List<AutoCloseable> CONNECTIONS = new ArrayList<>();
  private static final CyclicBarrier BOTH = new CyclicBarrier(2);

  @BeforeEach
  void forget() {
    GIVEN.clear();
    CONNECTIONS.clear();
  }

  @Test
  void parameters_workInMethodsAroundTests_andConnectionsAreClosed() throws Exception {
    run(Parameters.class).testEvents().assertStatistics(all -> all.succeeded(2));
    assertThat(CONNECTIONS).hasSize(3);
    for (AutoCloseable connection : CONNECTIONS) {
      assertThat(((Connection) connection).isClosed()).isTrue();
    }
  }

  @Test
  void objects_ofATestAreGone_thoseOfTheClassStay_andGoWithIt() {
    run(Objects.class).testEvents().assertStatistics(all -> all.succeeded(4).failed(0));
    // The next class finds the same cluster, empty.
    run(Objects.class, Parameters.class).testEvents().assertStatistics(all -> all.succeeded(6));
    assertThat(Set.copyOf(GIVEN.values())).hasSize(1);
  }

  @Test
  void reset_nothing_leavesWhatATestMade() {
    run(Story.class).testEvents().assertStatistics(all -> all.succeeded(2).failed(0));
  }

  @Test
  void reset_emptyTables_takesRowsOutOfTheTablesOfTheClass() {
    run(Rows.class).testEvents().assertStatistics(all -> all.succeeded(2).failed(0));
  }

  @Test
  void testThatAnotherExtensionStopsAtItsBegin_doesNotEndTheResets() {
    EngineExecutionResults results = run(AfterAFailure.class);
    results.testEvents().assertStatistics(all -> all.succeeded(2).failed(1));
  }

  @Test
  void constructors_getParameters_withAnInstanceForTheClassAndForEachTest() throws Exception {
    run(OneInstance.class).testEvents().assertStatistics(all -> all.succeeded(2).failed(0));
    run(InstanceEach.class).testEvents().assertStatistics(all -> all.succeeded(2).failed(0));
    for (AutoCloseable connection : CONNECTIONS) {
      assertThat(((Connection) connection).isClosed()).isTrue();
    }
    run(Objects.class).testEvents().assertStatistics(all -> all.succeeded(4).failed(0));
  }

  @Test
  void nestedClasses_thatSayWhatTheyWant_getIt_othersLeaveNothing() {
    run(Outer.class).testEvents().assertStatistics(all -> all.succeeded(4).failed(0));
    hasEnded(GIVEN.get("Own"));
  }

  @Test
  void faults_ofATest_doNotStrikeTheNext() {
    run(Faults.class).testEvents().assertStatistics(all -> all.succeeded(2).failed(0));
  }

  @Test
  void perClass_eachHasItsOwn_closedAfterIt() {
    run(OwnOne.class, OwnTwo.class).testEvents().assertStatistics(all -> all.succeeded(3));
    assertThat(Set.copyOf(GIVEN.values())).hasSize(2).allSatisfy(ExtensionTest::hasEnded);
  }

  @Test
  void perMethod_eachHasItsOwn_closedAfterIt_butNoneBefore() {
    run(PerMethod.class).testEvents().assertStatistics(all -> all.succeeded(2));
    assertThat(Set.copyOf(GIVEN.values())).hasSize(2).allSatisfy(ExtensionTest::hasEnded);
    run(TooEarly.class)
        .containerEvents()
        .failed()
        .assertThatEvents()
        .anySatisfy(event -> assertThat(event.toString()).contains("there is none yet for early"));
  }

  @Test
  void setup_setsLimits_ofAClusterForThatSetupAlone() {
    run(Small.class, Parameters.class).testEvents().assertStatistics(all -> all.succeeded(3));
    assertThat(Set.copyOf(GIVEN.values())).hasSize(2);
  }

  @Test
  void concurrentClasses_haveAClusterEach() {
    EngineExecutionResults results =
        EngineTestKit.engine("junit-jupiter")
            .configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
            .configurationParameter("junit.jupiter.execution.parallel.config.strategy", "fixed")
            .configurationParameter(
                "junit.jupiter.execution.parallel.config.fixed.parallelism", "2")
            .configurationParameter(
                "junit.jupiter.execution.parallel.mode.classes.default", "concurrent")
            .selectors(selectClass(Here.class), selectClass(There.class))
            .execute();
    results.testEvents().assertStatistics(all -> all.succeeded(2).failed(0));
    assertThat(Set.copyOf(GIVEN.values())).hasSize(2);
  }

  @Test
  void concurrentMethods_shareTheirCluster_whichIsEmptyAfterThem() {
    EngineExecutionResults results =
        EngineTestKit.engine("junit-jupiter")
            .configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
            .configurationParameter("junit.jupiter.execution.parallel.config.strategy", "fixed")
            .configurationParameter(
                "junit.jupiter.execution.parallel.config.fixed.parallelism", "2")
            .selectors(selectClass(Together.class))
            .execute();
    results.testEvents().assertStatistics(all -> all.succeeded(2).failed(0));
    run(Objects.class).testEvents().assertStatistics(all -> all.succeeded(4).failed(0));
  }

  @Test
  void failingTest_printsWhatTheClusterRecorded_aPassingOneNothing() {
    PrintStream before = System.err;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    System.setErr(new PrintStream(out, true, StandardCharsets.UTF_8));
    try {
      run(Loses.class).testEvents().assertStatistics(all -> all.failed(2).succeeded(1));
    } finally {
      System.setErr(before);
    }
    String text = out.toString(StandardCharsets.UTF_8);
    assertThat(text)
        .contains("up to the failure of conflict", "1 conflicts", "40001", "(OC000)")
        .contains("1 refused statements", "VACUUM")
        .doesNotContain("of passes");
  }

  @Test
  void systemProperties_areSetForTheClass_andNotAfterIt() {
    run(Keys.class).testEvents().assertStatistics(all -> all.succeeded(1).failed(0));
    assertThat(System.getProperty("aws.accessKeyId")).isNull();
  }

  @Test
  void adapter_offersAType_andClosesWhatItMade() {
    run(Adapted.class).testEvents().assertStatistics(all -> all.succeeded(1).failed(0));
    assertThat(TestAdapter.CLOSED).hasSize(1);
  }

  private static void hasEnded(DsqlLocal cluster) {
    assertThat(cluster.ended()).succeedsWithin(30, TimeUnit.SECONDS);
  }

  @Test
  void sharedCluster_thatATestClosed_isReplaced() {
    run(Closes.class).testEvents().assertStatistics(all -> all.failed(1));
    run(Parameters.class).testEvents().assertStatistics(all -> all.succeeded(2));
  }

  @DsqlLocalTest
  static class Closes {
    @Test
    void closes(DsqlLocal cluster) {
      cluster.close();
    }
  }

  private static EngineExecutionResults run(Class<?>... classes) {
    return EngineTestKit.engine("junit-jupiter")
        .selectors(
            List.of(classes).stream()
                .map(type -> selectClass(type))
                .toArray(org.junit.platform.engine.DiscoverySelector[]::new))
        .execute();
  }

  private static void execute(Connection connection, String... statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private static Set<String> tables(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")) {
      List<String> names = new ArrayList<>();
      while (rows.next()) {
        names.add(rows.getString(1));
      }
      return names.stream().collect(Collectors.toSet());
    }
  }

  @DsqlLocalTest
  static class Parameters {
    private final DsqlLocal cluster;

    Parameters(DsqlLocal cluster) {
      this.cluster = cluster;
    }

    @BeforeAll
    static void before(Connection connection) {
      CONNECTIONS.add(connection);
    }

    @Test
    void connection(Connection connection, DsqlLocal same) throws Exception {
      CONNECTIONS.add(connection);
      GIVEN.put("Parameters", cluster);
      assertThat(same).isSameAs(cluster);
      assertThat(tables(connection)).isEmpty();
    }

    @Test
    void dataSource(DataSource source) throws Exception {
      try (Connection connection = source.getConnection()) {
        CONNECTIONS.add(connection);
        assertThat(connection.getMetaData().getUserName()).isEqualTo("admin");
      }
    }
  }

  @DsqlLocalTest
  @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
  static class Objects {
    @BeforeAll
    static void before(Connection connection, DsqlLocal cluster) throws Exception {
      GIVEN.put("Objects", cluster);
      assertThat(tables(connection)).isEmpty();
      execute(connection, "CREATE TABLE of_class (id int PRIMARY KEY)");
    }

    @BeforeEach
    void eachTime(Connection connection) throws Exception {
      execute(connection, "CREATE TABLE of_each (id int PRIMARY KEY)");
    }

    @AfterEach
    void stillThere(Connection connection) throws Exception {
      assertThat(tables(connection)).contains("of_each");
    }

    @Test
    @Order(1)
    void one(Connection connection) throws Exception {
      execute(connection, "CREATE TABLE of_one (id int PRIMARY KEY)");
    }

    @Test
    @Order(2)
    void two(Connection connection) throws Exception {
      assertThat(tables(connection)).containsExactlyInAnyOrder("of_class", "of_each");
    }

    @Nested
    class Inside {
      @BeforeAll
      static void before(Connection connection) throws Exception {
        execute(connection, "CREATE TABLE of_inside (id int PRIMARY KEY)");
      }

      @Test
      void one(Connection connection) throws Exception {
        assertThat(tables(connection)).containsOnly("of_class", "of_inside", "of_each");
        execute(connection, "CREATE TABLE some_of_one (id int PRIMARY KEY)");
      }

      @Test
      void two(Connection connection) throws Exception {
        execute(connection, "CREATE TABLE some_of_two (id int PRIMARY KEY)");
        assertThat(tables(connection)).contains("of_inside").doesNotContain("some_of_one");
      }
    }
  }

  @DsqlLocalTest(reset = Reset.NOTHING)
  @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
  static class Story {
    @Test
    @Order(1)
    void begins(Connection connection) throws Exception {
      execute(connection, "CREATE TABLE story (id int PRIMARY KEY)");
    }

    @Test
    @Order(2)
    void goesOn(Connection connection) throws Exception {
      execute(connection, "INSERT INTO story VALUES (1)");
    }
  }

  @DsqlLocalTest(reset = Reset.EMPTY_TABLES)
  static class Rows {
    @BeforeAll
    static void before(Connection connection) throws Exception {
      execute(connection, "CREATE TABLE of_class (id int PRIMARY KEY)");
    }

    @Test
    void one(Connection connection) throws Exception {
      execute(connection, "INSERT INTO of_class VALUES (1)");
    }

    @Test
    void two(Connection connection) throws Exception {
      execute(connection, "INSERT INTO of_class VALUES (1)");
    }
  }

  @DsqlLocalTest
  @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
  static class Faults {
    @Test
    @Order(1)
    void arms(DsqlLocal cluster) {
      cluster.faults().conflictCommits(5, CommitConflict.DATA);
    }

    @Test
    @Order(2)
    void findsNone(DsqlLocal cluster) {
      assertThat(cluster.faults().remaining().total()).isZero();
    }
  }

  @DsqlLocalTest(cluster = Cluster.PER_CLASS)
  static class OwnOne {
    @Test
    void one(DsqlLocal cluster) {
      GIVEN.put("OwnOne.one", cluster);
    }

    @Test
    void two(DsqlLocal cluster) {
      GIVEN.put("OwnOne.two", cluster);
    }
  }

  @DsqlLocalTest(cluster = Cluster.PER_CLASS)
  static class OwnTwo {
    @Test
    void one(DsqlLocal cluster) {
      GIVEN.put("OwnTwo", cluster);
    }
  }

  @DsqlLocalTest(cluster = Cluster.PER_METHOD)
  static class PerMethod {
    @Test
    void one(DsqlLocal cluster, Connection connection) throws Exception {
      GIVEN.put("PerMethod.one", cluster);
      execute(connection, "CREATE TABLE same (id int PRIMARY KEY)");
    }

    @Test
    void two(DsqlLocal cluster, Connection connection) throws Exception {
      GIVEN.put("PerMethod.two", cluster);
      execute(connection, "CREATE TABLE same (id int PRIMARY KEY)");
    }
  }

  @DsqlLocalTest(cluster = Cluster.PER_METHOD)
  static class TooEarly {
    @BeforeAll
    static void early(DsqlLocal cluster) {}

    @Test
    void test() {}
  }

  static final class TenRows implements ClusterSetup {
    @Override
    public void accept(DsqlLocalBuilder builder) {
      builder.limits(Limits.builder().limit(Limit.TRANSACTION_ROWS, 10).build());
    }
  }

  @DsqlLocalTest(setup = TenRows.class)
  static class Small {
    @Test
    void eleven(DsqlLocal cluster, Connection connection) throws Exception {
      GIVEN.put("Small", cluster);
      execute(connection, "CREATE TABLE t (id int PRIMARY KEY)");
      assertThatThrownBy(() -> execute(connection, "INSERT INTO t SELECT generate_series(1, 11)"))
          .isInstanceOf(SQLException.class);
    }
  }

  @DsqlLocalTest
  static class Here {
    @Test
    void meets(DsqlLocal cluster, Connection connection) throws Exception {
      GIVEN.put("Here", cluster);
      BOTH.await(60, TimeUnit.SECONDS);
      execute(connection, "CREATE TABLE same (id int PRIMARY KEY)");
    }
  }

  @DsqlLocalTest
  static class There {
    @Test
    void meets(DsqlLocal cluster, Connection connection) throws Exception {
      GIVEN.put("There", cluster);
      BOTH.await(60, TimeUnit.SECONDS);
      execute(connection, "CREATE TABLE same (id int PRIMARY KEY)");
    }
  }

  @DsqlLocalTest
  @Execution(ExecutionMode.CONCURRENT)
  static class Together {
    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void one(DataSource source) throws Exception {
      both(source, "of_one");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void two(DataSource source) throws Exception {
      both(source, "of_two");
    }

    private static void both(DataSource source, String table) throws Exception {
      BOTH.await(60, TimeUnit.SECONDS);
      try (Connection connection = source.getConnection()) {
        // The other one changes the schema, too, which is a conflict once.
        for (int attempt = 1; ; attempt++) {
          try {
            execute(connection, "CREATE TABLE " + table + " (id int PRIMARY KEY)");
            break;
          } catch (SQLException e) {
            if (attempt == 10 || !"40001".equals(e.getSQLState())) {
              throw e;
            }
          }
        }
      }
      BOTH.await(60, TimeUnit.SECONDS);
    }
  }

  @DsqlLocalTest
  static class Loses {
    @Test
    void conflict(DsqlLocal cluster, Connection connection) throws Exception {
      execute(connection, "CREATE TABLE t (id int PRIMARY KEY)");
      cluster.faults().conflictCommits(1, CommitConflict.DATA);
      execute(connection, "BEGIN", "INSERT INTO t VALUES (1)", "COMMIT");
    }

    @Test
    void refusal(Connection connection) throws Exception {
      execute(connection, "VACUUM");
    }

    @Test
    void passes(Connection connection) {
      assertThatThrownBy(() -> execute(connection, "VACUUM")).isInstanceOf(SQLException.class);
    }
  }

  @DsqlLocalTest(systemProperties = true)
  static class Keys {
    @Test
    void found(DsqlLocal cluster) {
      assertThat(System.getProperty("aws.accessKeyId"))
          .isEqualTo(cluster.principal().accessKeyId());
    }
  }

  /** Fails before the first test. */
  static final class FailsOnce implements BeforeEachCallback {
    private static final AtomicBoolean FAILED = new AtomicBoolean();

    @Override
    public void beforeEach(ExtensionContext context) {
      if (FAILED.compareAndSet(false, true)) {
        throw new IllegalStateException("of another extension");
      }
    }
  }

  @ExtendWith(FailsOnce.class)
  @DsqlLocalTest
  static class AfterAFailure {
    @Test
    void one(Connection connection) throws Exception {
      execute(connection, "CREATE TABLE of_each (id int PRIMARY KEY)");
    }

    @Test
    void two(Connection connection) throws Exception {
      execute(connection, "CREATE TABLE of_each (id int PRIMARY KEY)");
    }

    @Test
    void three(Connection connection) throws Exception {
      execute(connection, "CREATE TABLE of_each (id int PRIMARY KEY)");
    }
  }

  @DsqlLocalTest
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  static class OneInstance {
    private final Connection connection;

    OneInstance(Connection connection) throws Exception {
      CONNECTIONS.add(connection);
      this.connection = connection;
      execute(connection, "CREATE TABLE of_class (id int PRIMARY KEY)");
    }

    @Test
    void one() throws Exception {
      execute(connection, "INSERT INTO of_class VALUES (1)");
    }

    @Test
    void two() throws Exception {
      execute(connection, "INSERT INTO of_class VALUES (2)");
    }
  }

  /** What a constructor leaves open, and has made, is gone before the next test. */
  @DsqlLocalTest
  static class InstanceEach {
    InstanceEach(Connection connection) throws Exception {
      CONNECTIONS.add(connection);
      execute(connection, "CREATE TABLE of_each (id int PRIMARY KEY)");
      connection.setAutoCommit(false);
      execute(connection, "INSERT INTO of_each VALUES (1)");
    }

    @Test
    void one() {}

    @Test
    void two() {}
  }

  @DsqlLocalTest
  static class Outer {
    @Nested
    class One {
      @BeforeAll
      static void before(Connection connection) throws Exception {
        execute(connection, "CREATE TABLE of_nested (id int PRIMARY KEY)");
      }

      @Test
      void one() {}
    }

    @Nested
    class Two {
      @BeforeAll
      static void before(Connection connection) throws Exception {
        execute(connection, "CREATE TABLE of_nested (id int PRIMARY KEY)");
      }

      @Test
      void two() {}
    }

    @Nested
    @DsqlLocalTest(setup = Eu.class)
    class InEurope {
      @Test
      void region(DsqlLocal cluster) {
        assertThat(cluster.region()).isEqualTo("eu-central-1");
      }
    }

    @Nested
    @DsqlLocalTest(cluster = Cluster.PER_CLASS)
    class Own {
      @Test
      void own(DsqlLocal cluster) {
        GIVEN.put("Own", cluster);
      }
    }
  }

  static final class Eu implements ClusterSetup {
    @Override
    public void accept(DsqlLocalBuilder builder) {
      builder.region("eu-central-1");
    }
  }

  @DsqlLocalTest
  static class Adapted {
    @Test
    void number(Integer port, DsqlLocal cluster) {
      assertThat(port).isEqualTo(cluster.port());
    }
  }
}
