/**
 * The text of SQL statements, as PostgreSQL 16 reads it: tokens, statements, names and constants.
 *
 * <p>Pure functions over text, without I/O and without any notion of a session.
 */
@NullMarked
package io.github.dsqljava.local.sql;

import org.jspecify.annotations.NullMarked;
