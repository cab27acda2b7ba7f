/** How many rows are cut into transactions that Aurora DSQL accepts; pure, without a driver. */
@NullMarked
package io.github.dsqljava.batch;

import org.jspecify.annotations.NullMarked;
