package io.github.dsqljava.examples.webflux;

import io.github.dsqljava.spring.transaction.RetryConflicts;
import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import reactor.core.publisher.Mono;

/** Moves money. */
@Service
class Transfers {
  private final Accounts accounts;

  Transfers(Accounts accounts) {
    this.accounts = accounts;
  }

  /**
   * Moves money from one account to another. In Aurora DSQL no transaction waits for a lock: of two
   * transfers that meet in an account, the one that commits second fails, and runs again here.
   *
   * @return the first account with its new balance; fails with {@link IllegalArgumentException},
   *     and moves nothing, if the balance is too low or an account is unknown
   */
  @Transactional
  @RetryConflicts
  public Mono<Account> transfer(UUID from, UUID to, long cents) {
    return find(from)
        .filter(account -> account.cents() >= cents)
        .switchIfEmpty(Mono.error(() -> new IllegalArgumentException("not enough money")))
        .flatMap(account -> accounts.save(account.plus(-cents)))
        .flatMap(
            left ->
                find(to).flatMap(account -> accounts.save(account.plus(cents))).thenReturn(left));
  }

  private Mono<Account> find(UUID id) {
    return accounts
        .findById(id)
        .switchIfEmpty(Mono.error(() -> new IllegalArgumentException("no account " + id)));
  }
}
