package io.github.dsqljava.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.github.dsqljava.local.DsqlLocal;
import io.r2dbc.postgresql.PostgresqlConnectionConfiguration;
import io.r2dbc.postgresql.PostgresqlConnectionFactory;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.postgresql.client.SSLMode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import liquibase.command.CommandScope;
import liquibase.command.core.UpdateCommandStep;
import liquibase.command.core.helpers.DbUrlConnectionArgumentsCommandStep;
import liquibase.database.Database;
import liquibase.database.DatabaseFactory;
import liquibase.database.jvm.JdbcConnection;
import org.flywaydb.core.Flyway;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;
import reactor.core.publisher.Mono;

/** Clients for the JVM, by the recipes of docs/clients.md. */
class JvmTest {
  private static DsqlLocal cluster;
  private static HikariDataSource pool;

  @BeforeAll
  static void start() {
    cluster = DsqlLocal.builder().record(true).start();
    pool = Pools.hikari(cluster);
  }

  @AfterAll
  static void stop() {
    pool.close();
    cluster.close();
  }

  @Test
  void hikariCp_makesATokenForEachConnection() throws Exception {
    try (Connection first = pool.getConnection();
        Connection second = pool.getConnection();
        Statement statement = first.createStatement();
        ResultSet rows = statement.executeQuery("SELECT current_user")) {
      assertThat(rows.next()).isTrue();
      assertThat(rows.getString(1)).isEqualTo("admin");
      assertThat(second.isValid(1)).isTrue();
    }
  }

  @Test
  void jooq_queriesAndTransactions() throws Exception {
    DSLContext create = DSL.using(pool, SQLDialect.POSTGRES);
    create.execute("CREATE TABLE jooq_items (id uuid PRIMARY KEY, name text)");
    var table = DSL.table("jooq_items");
    var name = DSL.field("name", String.class);
    Pools.again(
        () ->
            create.transaction(
                transaction -> {
                  var dsl = transaction.dsl();
                  dsl.insertInto(table, DSL.field("id"), name)
                      .values(UUID.randomUUID(), "a")
                      .execute();
                  dsl.update(table).set(name, "b").execute();
                }));
    assertThat(create.select(name).from(table).fetch(name)).containsExactly("b");
  }

  @Test
  void hibernate_entities() throws Exception {
    execute("CREATE TABLE Item (id uuid PRIMARY KEY, name text, version int)");
    Configuration configuration = new Configuration().addAnnotatedClass(Item.class);
    configuration.getProperties().put("hibernate.connection.datasource", pool);
    try (SessionFactory sessions = configuration.buildSessionFactory()) {
      Item item = new Item();
      Pools.again(
          () -> {
            item.name = "a";
            sessions.inTransaction(session -> session.merge(item));
          });
      Pools.again(
          () ->
              sessions.inTransaction(
                  session ->
                      session.createSelectionQuery("from Item", Item.class).getSingleResult().name =
                          "b"));
      assertThat(
              sessions.<String>fromSession(
                  session ->
                      session
                          .createSelectionQuery("select name from Item", String.class)
                          .getSingleResult()))
          .isEqualTo("b");
    }
  }

  @Test
  void liquibase_oneChangeOfTheSchemaInAChangeSet() throws Exception {
    Pools.again(
        () -> {
          try (Connection connection = pool.getConnection()) {
            Database database =
                DatabaseFactory.getInstance()
                    .findCorrectDatabaseImplementation(new JdbcConnection(connection));
            new CommandScope(UpdateCommandStep.COMMAND_NAME)
                .addArgumentValue(DbUrlConnectionArgumentsCommandStep.DATABASE_ARG, database)
                .addArgumentValue(UpdateCommandStep.CHANGELOG_FILE_ARG, "changelog.sql")
                .execute();
          }
        });
    execute("INSERT INTO liquibase_items (id, name) VALUES (1, 'a')");
  }

  /** AWS's plug-in for Flyway leaves that parameter alone; it is not on Maven Central. */
  @Test
  void flyway_core_isRefusedAsOnTheService() {
    Flyway flyway = Flyway.configure().dataSource(pool).load();
    assertThatThrownBy(flyway::migrate).hasStackTraceContaining("\"role\" not supported");
  }

  @Test
  void r2dbc_onLocalhost() {
    PostgresqlConnectionFactory factory =
        new PostgresqlConnectionFactory(
            PostgresqlConnectionConfiguration.builder()
                .host(cluster.host())
                .port(cluster.port())
                .database("postgres")
                .username("admin")
                .password(Mono.fromSupplier(() -> cluster.token("admin")))
                .sslMode(SSLMode.VERIFY_FULL)
                .sslRootCert(cluster.caFile().toString())
                .build());
    String user =
        Mono.usingWhen(
                factory.create(),
                connection ->
                    Mono.from(connection.createStatement("SELECT current_user").execute())
                        .flatMap(
                            result ->
                                Mono.from(result.map((row, meta) -> row.get(0, String.class)))),
                PostgresqlConnection::close)
            .block(Duration.ofSeconds(30));
    assertThat(user).isEqualTo("admin");
  }

  @Test
  void springBoot_jdbcClientAndTransactions() throws Exception {
    try (ConfigurableApplicationContext application =
        new SpringApplicationBuilder(Application.class)
            .web(WebApplicationType.NONE)
            .properties(Map.of("spring.main.banner-mode", "off"))
            .run()) {
      JdbcClient client = application.getBean(JdbcClient.class);
      client.sql("CREATE TABLE spring_items (id int PRIMARY KEY, name text)").update();
      TransactionTemplate transactions = application.getBean(TransactionTemplate.class);
      Pools.again(
          () ->
              transactions.executeWithoutResult(
                  status -> client.sql("INSERT INTO spring_items VALUES (1, 'a')").update()));
      assertThat(client.sql("SELECT name FROM spring_items").query(String.class).list())
          .isEqualTo(List.of("a"));
    }
  }

  /** An application as its tests start it. */
  @SpringBootApplication(proxyBeanMethods = false)
  static class Application {
    @Bean
    JdbcConnectionDetails connectionDetails() {
      return new JdbcConnectionDetails() {
        @Override
        public String getUsername() {
          return "admin";
        }

        @Override
        public String getPassword() {
          return cluster.token("admin");
        }

        @Override
        public String getJdbcUrl() {
          return Pools.url(cluster);
        }
      };
    }
  }

  private static void execute(String sql) throws Exception {
    Pools.again(
        () -> {
          try (Connection connection = pool.getConnection();
              Statement statement = connection.createStatement()) {
            statement.execute(sql);
          }
        });
  }
}
