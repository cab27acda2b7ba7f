package io.github.dsqljava.examples.webflux;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.data.annotation.Id;
import org.springframework.data.relational.core.mapping.Table;

/**
 * An account.
 *
 * @param id made by the database; random, so that no two writers meet at one end of an index
 * @param cents its balance
 */
@Table("accounts")
record Account(@Id @Nullable UUID id, String owner, long cents) {

  Account plus(long more) {
    return new Account(id, owner, cents + more);
  }
}
