package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.time.Duration;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(Cluster.class)
class ItemsTest {
  @Inject Items items;

  @Inject
  @Named("dsql")
  DsqlCredentials credentials;

  @Test
  void application_connectsWithTokensOfItsOwn() {
    Duration limit = Duration.ofSeconds(30);
    assertEquals("admin", items.user().await().atMost(limit));
    int before = credentials.asked();
    assertEquals(42, items.twice().await().atMost(limit));
    assertTrue(before >= 1, "asked for the first connection");
    assertEquals(before + 1, credentials.asked(), "asked again for the second one");
  }
}
