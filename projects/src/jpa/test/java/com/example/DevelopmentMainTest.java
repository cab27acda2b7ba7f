package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.spring.DsqlLocalConnection;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.ConfigurableApplicationContext;

/** What a main for development does, and how it ends. */
class DevelopmentMainTest {
  @Test
  void main_hasACluster_thatClosesWithIt() throws Exception {
    DsqlLocal cluster;
    try (ConfigurableApplicationContext context =
        SpringApplication.from(App::main).with(LocalDsql.class).run().getApplicationContext()) {
      cluster = context.getBean(DsqlLocal.class);
      assertEquals(0, context.getBean(OrderRepository.class).findByItem("none").size());
      assertFalse(cluster.ended().isDone());
    }
    cluster.ended().get(30, TimeUnit.SECONDS);
  }

  @TestConfiguration(proxyBeanMethods = false)
  @DsqlLocalConnection
  static class LocalDsql {}
}
