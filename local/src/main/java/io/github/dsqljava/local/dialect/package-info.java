/**
 * The differences between the SQL of Aurora DSQL and of PostgreSQL 16, as far as the text of a
 * statement tells: its kind, the service's refusal, and the text that PostgreSQL runs instead. Also
 * the rules for statements that share a transaction.
 *
 * <p>The package does not check facts that only PostgreSQL's catalog shows: types, defaults,
 * numbers of columns and of indexes. Pure functions and one state machine, without I/O.
 */
@NullMarked
package io.github.dsqljava.local.dialect;

import org.jspecify.annotations.NullMarked;
