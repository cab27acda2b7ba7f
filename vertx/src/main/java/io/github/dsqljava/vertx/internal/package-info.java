/**
 * Opens connections. Only this package uses classes of Vert.x that are not public API (in the
 * classes named {@code Vertx50...}, which fit Vert.x 5.0 only). Nothing here is for users.
 */
@NullMarked
package io.github.dsqljava.vertx.internal;

import org.jspecify.annotations.NullMarked;
