/**
 * The requests of a client: its messages, assembled into groups that PostgreSQL answers with one
 * ReadyForQuery each, and the statements of each group. Only this package knows the names of
 * prepared statements and portals.
 */
@NullMarked
package io.github.dsqljava.local.request;

import org.jspecify.annotations.NullMarked;
