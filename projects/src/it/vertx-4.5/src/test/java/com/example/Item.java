package com.example;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.UUID;

/** A key that no sequence makes. */
@Entity
@Table(name = "items")
public class Item {
  @Id UUID id = UUID.randomUUID();
  String name;
}
