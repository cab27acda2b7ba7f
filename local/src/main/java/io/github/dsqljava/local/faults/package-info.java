/** The armed faults, and which of them strikes at which login or statement. Policy only. */
@NullMarked
package io.github.dsqljava.local.faults;

import org.jspecify.annotations.NullMarked;
