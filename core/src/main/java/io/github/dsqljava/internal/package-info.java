/** What the modules of the connector share; nothing here is for others. */
@NullMarked
package io.github.dsqljava.internal;

import org.jspecify.annotations.NullMarked;
