package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.dsqljava.spring.DsqlLocalConnection;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

@SpringBootTest
@DsqlLocalConnection
class OrdersTest {
  @Autowired OrderRepository orders;

  @Test
  void order_isStored() {
    orders.save(new Order("book"));
    assertEquals(1, orders.findByItem("book").size());
  }
}
