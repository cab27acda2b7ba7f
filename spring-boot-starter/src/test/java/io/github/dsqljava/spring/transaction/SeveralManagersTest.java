package io.github.dsqljava.spring.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.CommitOutcomeUnknownException;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.retry.TransactionOptions;
import io.github.dsqljava.testsupport.FaultRelay;
import io.github.dsqljava.testsupport.FaultRelay.Direction;
import io.github.dsqljava.testsupport.FaultRelay.Fault;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.TransactionManagementConfigurer;
import org.springframework.transaction.annotation.Transactional;

/** Which manager's transaction is run again, in Spring without Boot. */
class SeveralManagersTest {
  private static final AtomicInteger ATTEMPTS = new AtomicInteger();

  private static DsqlLocal cluster;
  private static FaultRelay relay;
  private static AnnotationConfigApplicationContext context;

  @BeforeAll
  static void start() {
    cluster = DsqlLocal.start();
    relay = FaultRelay.start(cluster.port());
    JdbcTemplate jdbc = new JdbcTemplate(cluster.dataSource());
    jdbc.execute("CREATE TABLE orders (id int PRIMARY KEY, value int NOT NULL)");
    jdbc.execute("CREATE TABLE stock (id int PRIMARY KEY, value int NOT NULL)");
    context =
        new AnnotationConfigApplicationContext(
            Retries.class, Two.class, Orders.class, Stock.class, Confused.class);
  }

  @AfterAll
  static void stop() {
    context.close();
    relay.close();
    cluster.close();
  }

  @BeforeEach
  void reset() {
    relay.disarm();
    for (String table : new String[] {"orders", "stock"}) {
      update("DELETE FROM " + table);
      update("INSERT INTO " + table + " VALUES (1, 0)");
    }
    ATTEMPTS.set(0);
  }

  private static void update(String sql) {
    new JdbcTemplate(cluster.dataSource()).update(sql);
  }

  private static int value(String table) {
    return new JdbcTemplate(cluster.dataSource())
        .queryForObject("SELECT value FROM " + table, Integer.class);
  }

  private static Runnable conflictIn(String table) {
    AtomicInteger left = new AtomicInteger(1);
    return () -> {
      if (left.getAndDecrement() > 0) {
        update("UPDATE " + table + " SET value = value + 100");
      }
    };
  }

  private static void loseTheCommit() {
    var unused = relay.armNext(new Fault.Cut(), Direction.SERVER_TO_CLIENT);
  }

  @Test
  void method_runsAgain_withTheManagerThatItNames() {
    context.getBean(Orders.class).add(conflictIn("orders"));
    assertThat(ATTEMPTS).hasValue(2);
    assertThat(value("orders")).isEqualTo(101);
    context.getBean(Stock.class).take(conflictIn("stock"));
    assertThat(ATTEMPTS).hasValue(4);
    assertThat(value("stock")).isEqualTo(99);
  }

  @Test
  void lostAnswerToCommit_isOurs_withEachManager() {
    assertThatThrownBy(() -> context.getBean(Orders.class).add(SeveralManagersTest::loseTheCommit))
        .isInstanceOf(CommitOutcomeUnknownException.class);
    assertThatThrownBy(() -> context.getBean(Stock.class).take(SeveralManagersTest::loseTheCommit))
        .isInstanceOf(CommitOutcomeUnknownException.class);
    assertThat(ATTEMPTS).hasValue(2);
  }

  @Test
  void transactionOfAnotherManager_inside_isItsOwn_andRunsAgain() {
    Stock stock = context.getBean(Stock.class);
    Orders orders = context.getBean(Orders.class);
    Runnable once = conflictIn("stock");
    orders.addWithoutRetry(() -> stock.take(once));
    assertThat(ATTEMPTS).as("1 of orders, 2 of stock").hasValue(3);
    assertThat(value("orders")).isEqualTo(1);
    assertThat(value("stock")).isEqualTo(99);
  }

  @Test
  void transactionOfTheSameManager_inside_isLeftToTheOuterOne() {
    Orders orders = context.getBean(Orders.class);
    Runnable once = conflictIn("orders");
    assertThatThrownBy(() -> orders.addWithoutRetry(() -> orders.add(once)))
        .isInstanceOf(ConcurrencyFailureException.class);
    assertThat(ATTEMPTS).hasValue(2);
  }

  @Test
  void oneInside_ofTheSameManager_behindAnother_isLeftToTheOuterOne() {
    Orders orders = context.getBean(Orders.class);
    Stock stock = context.getBean(Stock.class);
    Runnable once = conflictIn("orders");
    assertThatThrownBy(() -> orders.addWithoutRetry(() -> stock.take(() -> orders.add(once))))
        .isInstanceOf(ConcurrencyFailureException.class);
    assertThat(ATTEMPTS).hasValue(3);
  }

  @Test
  void methodThatNamesNone_andNoneIsPrimary_isSpringsError() {
    assertThatThrownBy(() -> context.getBean(Confused.class).ofAny())
        .isInstanceOf(NoUniqueBeanDefinitionException.class)
        .hasMessageContaining("orderTransactions")
        .hasMessageContaining("stockTransactions");
    assertThat(ATTEMPTS).hasValue(0);
  }

  @Test
  void methodThatNamesNobody_isSpringsError() {
    assertThatThrownBy(() -> context.getBean(Confused.class).ofNobody())
        .isInstanceOf(NoSuchBeanDefinitionException.class)
        .hasMessageContaining("nobody");
    assertThat(ATTEMPTS).hasValue(0);
  }

  @Test
  void managerThatIsNoBean_tellsOfItsCommit() {
    try (var other =
        new AnnotationConfigApplicationContext(Retries.class, Hidden.class, Plain.class)) {
      assertThatThrownBy(() -> other.getBean(Plain.class).add(SeveralManagersTest::loseTheCommit))
          .isInstanceOf(CommitOutcomeUnknownException.class);
      assertThat(ATTEMPTS).hasValue(1);
      assertThat(value("orders")).isEqualTo(1);
    }
  }

  /** A pool of its own, so that the managers have nothing in common. */
  private static DataSource dataSource() {
    String url =
        cluster
            .jdbcUrl()
            .replace(":" + cluster.port(), ":" + relay.port())
            .replaceFirst("&authenticationPluginClassName=.*", "");
    return new DriverManagerDataSource(url, "admin", cluster.token("admin"));
  }

  @Configuration(proxyBeanMethods = false)
  @EnableTransactionManagement(proxyTargetClass = true)
  static class Retries {
    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static RetryConflictsAdvisor retryConflictsAdvisor() {
      return new RetryConflictsAdvisor(
          () -> ConflictRetry.of(TransactionOptions.defaults(), PoolListener.NONE));
    }

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static TransactionWatching watching() {
      return new TransactionWatching();
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class Two {
    @Bean
    JdbcTransactionManager orderTransactions() {
      return new JdbcTransactionManager(dataSource());
    }

    @Bean
    @Qualifier("stock")
    JdbcTransactionManager stockTransactions() {
      return new JdbcTransactionManager(dataSource());
    }
  }

  /** Only Spring's interceptor gets to know it. */
  @Configuration(proxyBeanMethods = false)
  static class Hidden implements TransactionManagementConfigurer {
    private final JdbcTransactionManager manager = new JdbcTransactionManager(dataSource());

    @Override
    public TransactionManager annotationDrivenTransactionManager() {
      return manager;
    }

    @Bean
    JdbcTemplate jdbc() {
      return new JdbcTemplate(manager.getDataSource());
    }
  }

  static class Plain {
    private final JdbcTemplate jdbc;

    Plain(JdbcTemplate jdbc) {
      this.jdbc = jdbc;
    }

    @Transactional
    @RetryConflicts
    public void add(Runnable then) {
      ATTEMPTS.incrementAndGet();
      jdbc.update("UPDATE orders SET value = value + 1");
      then.run();
    }
  }

  static class Orders {
    private final JdbcTemplate jdbc;

    Orders(@Qualifier("orderTransactions") JdbcTransactionManager manager) {
      jdbc = new JdbcTemplate(manager.getDataSource());
    }

    @Transactional("orderTransactions")
    @RetryConflicts
    public void add(Runnable then) {
      work(then);
    }

    @Transactional("orderTransactions")
    public void addWithoutRetry(Runnable then) {
      work(then);
    }

    private void work(Runnable then) {
      ATTEMPTS.incrementAndGet();
      jdbc.update("UPDATE orders SET value = value + 1");
      then.run();
    }
  }

  /** By a qualifier, which is not the name of the bean. */
  static class Stock {
    private final JdbcTemplate jdbc;

    Stock(@Qualifier("stock") JdbcTransactionManager manager) {
      jdbc = new JdbcTemplate(manager.getDataSource());
    }

    @Transactional("stock")
    @RetryConflicts
    public void take(Runnable then) {
      ATTEMPTS.incrementAndGet();
      jdbc.update("UPDATE stock SET value = value - 1");
      then.run();
    }
  }

  static class Confused {
    @Transactional
    @RetryConflicts
    public void ofAny() {
      ATTEMPTS.incrementAndGet();
    }

    @Transactional("nobody")
    @RetryConflicts
    public void ofNobody() {
      ATTEMPTS.incrementAndGet();
    }
  }
}
