package io.github.dsqljava.clients;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Version;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An entity with a key that no sequence makes. */
@Entity
class Item {
  @Id UUID id = UUID.randomUUID();
  @Nullable String name;
  @Version int version;
}
