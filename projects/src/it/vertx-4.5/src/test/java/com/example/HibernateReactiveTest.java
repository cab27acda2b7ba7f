package com.example;

import static com.example.Local.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.spi.TokenSource;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;
import org.hibernate.reactive.provider.ReactiveServiceRegistryBuilder;
import org.hibernate.reactive.stage.Stage;
import org.hibernate.reactive.vertx.VertxInstance;
import org.junit.jupiter.api.Test;

/** Hibernate Reactive on a pool that asks for a token for each connection. */
class HibernateReactiveTest {

  @Test
  void entities_areStored_andEachConnectionHasATokenOfItsOwn() throws Exception {
    AtomicInteger signed = new AtomicInteger();
    try (DsqlLocal cluster = DsqlLocal.start();
        TokenSource tokens = TokenSource.of(Local.config(cluster, signed))) {
      Vertx vertx = Local.vertx(cluster);
      TokenPool.tokens = tokens;
      TokenPool.options = Local.options(cluster);
      PgConnection setUp =
          await(
              PgConnection.connect(
                  vertx,
                  new PgConnectOptions(TokenPool.options).setPassword(cluster.token("admin"))));
      await(setUp.query("CREATE TABLE items (id uuid PRIMARY KEY, name text)").execute());
      await(setUp.close());

      Configuration configuration = new Configuration().addAnnotatedClass(Item.class);
      configuration.setProperty(
          "hibernate.connection.url", "jdbc:postgresql://" + cluster.clusterHost() + "/postgres");
      configuration.setProperty("hibernate.connection.username", "admin");
      configuration.setProperty("hibernate.connection.pool_size", "2");
      configuration.setProperty("hibernate.vertx.pool.class", TokenPool.class.getName());
      try (SessionFactory factory =
          configuration.buildSessionFactory(
              new ReactiveServiceRegistryBuilder()
                  .applySettings(configuration.getProperties())
                  .addService(VertxInstance.class, () -> vertx)
                  .build())) {
        Stage.SessionFactory sessions = factory.unwrap(Stage.SessionFactory.class);
        Item item = new Item();
        item.name = "book";
        await(sessions.withTransaction(session -> session.persist(item)));
        CompletionStage<List<String>> names =
            sessions.withSession(
                session ->
                    session
                        .createSelectionQuery("select name from Item", String.class)
                        .getResultList());
        assertEquals(List.of("book"), await(names));
        int before = signed.get();
        assertTrue(before >= 1);
        // Two sessions at once need a second connection.
        await(
            sessions.withSession(
                outer ->
                    outer
                        .find(Item.class, item.id)
                        .thenCompose(
                            found ->
                                sessions
                                    .openSession()
                                    .thenCompose(
                                        inner ->
                                            inner
                                                .find(Item.class, item.id)
                                                .thenCompose(again -> inner.close())))));
        assertEquals(2, signed.get());
      }
      await(vertx.close());
    }
  }
}
