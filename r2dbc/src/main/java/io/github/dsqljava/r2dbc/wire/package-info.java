/**
 * What passes between TLS and the driver: the transaction's status and the server's answers as they
 * are, whatever the driver or its user makes of them.
 */
@NullMarked
package io.github.dsqljava.r2dbc.wire;

import org.jspecify.annotations.NullMarked;
