/** The local cluster's certificate authority and server certificates. */
@NullMarked
package io.github.dsqljava.local.tls;

import org.jspecify.annotations.NullMarked;
