/** Code that the modules of the connector share; not for use by others. */
@NullMarked
package io.github.dsqljava.internal;

import org.jspecify.annotations.NullMarked;
