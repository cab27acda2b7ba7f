/** The connector in tests with {@code @DsqlLocalTest}; nothing here is called by programs. */
@NullMarked
package io.github.dsqljava.vertx.junit;

import org.jspecify.annotations.NullMarked;
