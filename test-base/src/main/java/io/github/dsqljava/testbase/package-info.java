/** Code that the tests of all modules share. */
@NullMarked
package io.github.dsqljava.testbase;

import org.jspecify.annotations.NullMarked;
