/**
 * The catalog as a client sees it: what of it the service allows ({@code catalog.sql}, event
 * triggers), and the copy that each session has of it, which a change by another session makes
 * stale.
 */
@NullMarked
package io.github.dsqljava.local.catalog;

import org.jspecify.annotations.NullMarked;
