package com.example;

import io.github.dsqljava.spring.transaction.RetryConflicts;
import jakarta.persistence.EntityManager;
import java.util.List;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

@Service
public class Renames {
  private final EntityManager entities;

  public Renames(EntityManager entities) {
    this.entities = entities;
  }

  @Transactional
  @RetryConflicts
  public String append(String item, String more, Runnable between) {
    List<Order> found =
        entities
            .createQuery("select o from Order o where o.item like :item", Order.class)
            .setParameter("item", item + "%")
            .getResultList();
    Order order = found.get(0);
    between.run();
    order.setItem(order.getItem() + more);
    return order.getItem();
  }
}
