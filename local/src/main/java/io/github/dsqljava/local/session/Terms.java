package io.github.dsqljava.local.session;

import java.time.Duration;
import java.time.InstantSource;

/**
 * How long a transaction may take.
 *
 * @param transactionAge from its BEGIN on
 * @param clock by which it ages
 */
record Terms(Duration transactionAge, InstantSource clock) {}
