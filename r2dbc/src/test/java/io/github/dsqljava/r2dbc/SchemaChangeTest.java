package io.github.dsqljava.r2dbc;

import static io.github.dsqljava.r2dbc.LocalCluster.await;
import static io.github.dsqljava.r2dbc.LocalCluster.config;
import static io.github.dsqljava.r2dbc.LocalCluster.execute;
import static io.github.dsqljava.r2dbc.LocalCluster.select;
import static io.github.dsqljava.r2dbc.LocalCluster.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.DsqlLocal;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Statements that were prepared before another session changed the schema. */
@SuppressWarnings("NullAway.Init")
class SchemaChangeTest {
  private static final String READ = "SELECT v FROM d WHERE id = $1";
  private static final String READ_ALL = "SELECT * FROM d WHERE id = $1";

  private static DsqlLocal cluster;
  private static DsqlR2dbc migration;
  private DsqlR2dbc dsql;

  @BeforeAll
  static void start() {
    cluster = DsqlLocal.start();
    migration = DsqlR2dbc.of(config(cluster).build());
  }

  @AfterAll
  static void stop() {
    await(migration.close());
    cluster.close();
  }

  @BeforeEach
  void create() {
    execute(migration, "CREATE TABLE d (id int PRIMARY KEY, v int)");
    execute(migration, "INSERT INTO d VALUES (1, 7)");
    dsql = DsqlR2dbc.of(config(cluster).build(), R2dbcSettings.builder().maxSize(5).build());
  }

  @AfterEach
  void drop() {
    await(dsql.close());
    until("dropped", () -> succeeds("DROP TABLE d"));
  }

  private static boolean succeeds(String sql) {
    try {
      execute(migration, sql);
      return true;
    } catch (RuntimeException e) {
      return false;
    }
  }

  private static void migrate(String... statements) {
    for (String statement : statements) {
      until(statement, () -> succeeds(statement));
    }
  }

  /** Prepares a statement on every connection of the pool. */
  private void prepareOnAll(String sql) {
    List<PostgresqlConnection> all = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      all.add(await(dsql.create()));
    }
    for (PostgresqlConnection connection : all) {
      await(select(connection, sql, 1).then());
      await(connection.close());
    }
  }

  @Test
  void transactions_goOn_withTheNewSchema() {
    prepareOnAll(READ_ALL);
    prepareOnAll(READ);
    migrate(
        "ALTER TABLE d DROP COLUMN v",
        "ALTER TABLE d ADD COLUMN w text",
        "ALTER TABLE d ADD COLUMN v real",
        "UPDATE d SET v = 8");
    for (int i = 0; i < 10; i++) {
      String value =
          await(
              dsql.inTransaction(
                      connection ->
                          select(connection, READ_ALL, 1)
                              .then(select(connection, READ, 1).single()))
                  .single());
      assertThat(value).isEqualTo("8.0");
    }
    assertThat(dsql.stats().closed()).as("replaced").isPositive();
  }

  @Test
  void tableMadeAnew_isFound() {
    prepareOnAll(READ);
    migrate("DROP TABLE d", "CREATE TABLE d (id int PRIMARY KEY, v text)");
    migrate("INSERT INTO d VALUES (1, 'new')");
    for (int i = 0; i < 10; i++) {
      assertThat(await(dsql.inTransaction(connection -> select(connection, READ, 1)).single()))
          .isEqualTo("new");
    }
  }

  /** Outside of transactions a call may fail once for a session that is told, and then no more. */
  @Test
  void singleStatements_recoverAfterOneErrorForEachConnection() {
    prepareOnAll(READ_ALL);
    migrate("ALTER TABLE d ADD COLUMN w text");
    int failures = 0;
    for (int i = 0; i < 20; i++) {
      try {
        assertThat(LocalCluster.value(dsql, READ_ALL, 1)).isEqualTo("1");
      } catch (io.r2dbc.spi.R2dbcException e) {
        failures++;
      }
    }
    assertThat(failures).isLessThanOrEqualTo(5);
  }
}
