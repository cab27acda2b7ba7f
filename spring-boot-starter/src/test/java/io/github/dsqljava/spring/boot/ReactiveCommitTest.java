package io.github.dsqljava.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.spring.transaction.ConflictRetry;
import io.github.dsqljava.spring.transaction.RetryConflicts;
import io.github.dsqljava.spring.transaction.RetryConflictsAdvisor;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import org.springframework.aop.Advisor;
import org.springframework.aop.support.NameMatchMethodPointcutAdvisor;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.transaction.ReactiveTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.reactive.TransactionCallback;
import org.springframework.transaction.reactive.TransactionalOperator;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Failures behind COMMIT of reactive transactions, and without one. */
class ReactiveCommitTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final AtomicInteger ATTEMPTS = new AtomicInteger();

  private static DsqlLocal cluster;
  private static ConfigurableApplicationContext context;
  private static Work work;

  @BeforeAll
  static void start() {
    cluster = DsqlLocal.start();
    Contexts.sql(cluster, "CREATE TABLE counters (id int PRIMARY KEY, value int NOT NULL)");
    context =
        Contexts.start(
            Contexts.app(cluster, Between.class, Innermost.class, Inner.class, Work.class),
            cluster,
            cluster.port(),
            "--dsql.retry.max-attempts=4");
    work = context.getBean(Work.class);
  }

  @AfterAll
  static void stop() {
    context.close();
    cluster.close();
  }

  @BeforeEach
  void reset() {
    Contexts.sql(cluster, "DELETE FROM counters");
    Contexts.sql(cluster, "INSERT INTO counters VALUES (1, 0)");
    ATTEMPTS.set(0);
  }

  private static void assertCommittedOnce() {
    assertThat(ATTEMPTS).hasValue(1);
    assertThat(Contexts.number(cluster, "SELECT value FROM counters WHERE id = 1")).isEqualTo(1);
  }

  private static IllegalStateException conflict() {
    return new IllegalStateException("behind", new SQLException("of another database", "40001"));
  }

  @Test
  void conflictBehindTheCommitOfAMono_isPassedOn() {
    assertThatThrownBy(() -> work.mono().block(LIMIT)).hasMessage("behind");
    assertCommittedOnce();
  }

  @Test
  void conflictBehindTheCommitOfAFlux_isPassedOn() {
    assertThatThrownBy(() -> work.flux().blockLast(LIMIT)).hasMessage("behind");
    assertCommittedOnce();
  }

  @Test
  void conflictBehindTheCommitOfAnOperator_isPassedOn() {
    TransactionalOperator retrying =
        context
            .getBean(ConflictRetry.class)
            .around(new FailingBehind(context.getBean(TransactionalOperator.class)));
    assertThatThrownBy(() -> work.add().as(retrying::transactional).block(LIMIT))
        .hasMessage("behind");
    assertCommittedOnce();
    reset();
    assertThatThrownBy(() -> work.add().flux().as(retrying::transactional).blockLast(LIMIT))
        .hasMessage("behind");
    assertCommittedOnce();
    reset();
    assertThatThrownBy(() -> retrying.execute(status -> work.add()).blockLast(LIMIT))
        .hasMessage("behind");
    assertCommittedOnce();
  }

  @Test
  void commitInside_doesNotKeepTheOuterOneFromRunningAgain() {
    assertThat(work.ownInsideThenConflict().block(LIMIT)).isEqualTo(2);
  }

  @Test
  void operatorWithoutATransaction_runsOnce() {
    for (int propagation :
        new int[] {
          TransactionDefinition.PROPAGATION_SUPPORTS,
          TransactionDefinition.PROPAGATION_NOT_SUPPORTED,
          TransactionDefinition.PROPAGATION_NEVER
        }) {
      ATTEMPTS.set(0);
      TransactionalOperator retrying =
          context
              .getBean(ConflictRetry.class)
              .around(
                  TransactionalOperator.create(
                      context.getBean(ReactiveTransactionManager.class),
                      new DefaultTransactionDefinition(propagation)));
      Mono<Integer> failing =
          Mono.defer(
              () -> {
                ATTEMPTS.incrementAndGet();
                return Mono.error(conflict());
              });
      assertThatThrownBy(() -> failing.as(retrying::transactional).block(LIMIT))
          .hasMessage("behind");
      assertThat(ATTEMPTS).as("propagation %s", propagation).hasValue(1);
    }
  }

  /**
   * Fails when its transaction is committed. (Spring 7.0 says of a synchronization that fails there
   * nothing but that synchronization is not active.)
   */
  private record FailingBehind(TransactionalOperator operator) implements TransactionalOperator {
    @Override
    public <T> Flux<T> transactional(Flux<T> flux) {
      return operator.transactional(flux).concatWith(Mono.error(ReactiveCommitTest::conflict));
    }

    @Override
    public <T> Mono<T> transactional(Mono<T> mono) {
      return operator.transactional(mono).then(Mono.error(ReactiveCommitTest::conflict));
    }

    @Override
    public <T> Flux<T> execute(TransactionCallback<T> action) {
      return operator.execute(action).concatWith(Mono.error(ReactiveCommitTest::conflict));
    }
  }

  /** The same for methods: stands between the retry and the transaction. */
  static class Between {
    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static Advisor failing() {
      var advisor = new NameMatchMethodPointcutAdvisor();
      advisor.setMappedNames("mono", "flux");
      advisor.setOrder(RetryConflictsAdvisor.ORDER + 50);
      advisor.setAdvice(
          (MethodInterceptor)
              invocation -> {
                Mono<Object> failure = Mono.error(ReactiveCommitTest::conflict);
                Object result = invocation.proceed();
                return result instanceof Flux<?> flux
                    ? flux.cast(Object.class).concatWith(failure)
                    : Mono.from((Publisher<?>) result).then(failure);
              });
      return advisor;
    }
  }

  static class Work {
    private final DatabaseClient client;
    private final Inner inner;

    Work(DatabaseClient client, Inner inner) {
      this.client = client;
      this.inner = inner;
    }

    Mono<Integer> add() {
      return Mono.fromRunnable(ATTEMPTS::incrementAndGet)
          .then(client.sql("UPDATE counters SET value = value + 1 WHERE id = 1").then())
          .thenReturn(1);
    }

    @Transactional
    @RetryConflicts
    public Mono<Integer> mono() {
      return add();
    }

    @Transactional
    @RetryConflicts
    public Flux<Integer> flux() {
      return add().concatWith(Flux.just(2, 3));
    }

    @Transactional
    @RetryConflicts
    public Mono<Integer> ownInsideThenConflict() {
      return inner
          .alone()
          .then(
              Mono.defer(
                  () ->
                      ATTEMPTS.incrementAndGet() == 1
                          ? Mono.error(conflict())
                          : Mono.just(ATTEMPTS.get())));
    }
  }

  static class Inner {
    private final Innermost innermost;

    Inner(Innermost innermost) {
      this.innermost = innermost;
    }

    @Transactional(propagation = Propagation.REQUIRES_NEW)
    public Mono<Integer> alone() {
      return innermost.takingPart();
    }
  }

  static class Innermost {
    /** Its transaction is not the one of the attempt around it. */
    @Transactional
    @RetryConflicts
    public Mono<Integer> takingPart() {
      return Mono.just(1);
    }
  }
}
