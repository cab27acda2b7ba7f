package io.github.dsqljava.examples.webflux;

import java.util.UUID;
import org.springframework.data.repository.reactive.ReactiveCrudRepository;

/** The table of accounts. */
interface Accounts extends ReactiveCrudRepository<Account, UUID> {}
