/** How often and how long a transaction is run again. */
@NullMarked
package io.github.dsqljava.retry;

import org.jspecify.annotations.NullMarked;
