/**
 * The catalog as a client sees it: the service's rules for its content ({@code catalog.sql}, event
 * triggers), and each session's copy of it, which a change by another session makes stale.
 */
@NullMarked
package io.github.dsqljava.local.catalog;

import org.jspecify.annotations.NullMarked;
