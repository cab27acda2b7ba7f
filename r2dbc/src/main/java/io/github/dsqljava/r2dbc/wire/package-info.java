/**
 * The layer between TLS and the driver. It reads the transaction's status and the server's answers
 * themselves, independently of the driver and its user.
 */
@NullMarked
package io.github.dsqljava.r2dbc.wire;

import org.jspecify.annotations.NullMarked;
