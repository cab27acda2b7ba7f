/**
 * Who conflicts with whom: the rules of Aurora DSQL's optimistic concurrency, as a state machine
 * that knows rows and transactions but neither SQL nor the network.
 */
@NullMarked
package io.github.dsqljava.local.occ;

import org.jspecify.annotations.NullMarked;
