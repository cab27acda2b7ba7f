/**
 * The text of SQL statements: tokens, statements, and the rules by which Aurora DSQL differs from
 * PostgreSQL in a way that leaves no trace in PostgreSQL's own catalog.
 *
 * <p>Pure functions over text, without I/O and without any notion of a session.
 */
@NullMarked
package io.github.dsqljava.local.sql;

import org.jspecify.annotations.NullMarked;
