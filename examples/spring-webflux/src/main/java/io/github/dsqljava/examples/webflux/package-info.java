/**
 * A small service with Spring WebFlux and Spring Data R2DBC: accounts, and transfers between them.
 */
@NullMarked
package io.github.dsqljava.examples.webflux;

import org.jspecify.annotations.NullMarked;
