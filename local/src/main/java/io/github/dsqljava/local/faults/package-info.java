/** The armed faults, and the choice of the one that strikes a login or statement. Policy only. */
@NullMarked
package io.github.dsqljava.local.faults;

import org.jspecify.annotations.NullMarked;
