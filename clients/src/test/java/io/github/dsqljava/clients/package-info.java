/** Other people's clients on a local cluster: the recipes of docs/clients.md. */
@NullMarked
package io.github.dsqljava.clients;

import org.jspecify.annotations.NullMarked;
